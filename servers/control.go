package servers

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/uplink"
)

var errBusy = errors.New("a broadcast is already running: wait for its answer")

// maxBroadcastBytes bounds a control request's body.
const maxBroadcastBytes = 4096

// control is the coordinator's way into the process: broadcast or append, cut, stats, gc, /metrics and /debug/pprof, behind a bearer
// token, on a port of its own so that the lane's listener carries nothing but subscribers.
func control(ctx context.Context, token string, h *hub.Hub, given bool, delay time.Duration, in *uplink.Inbox) http.Handler {
	mux := http.NewServeMux()
	if given {
		mux.HandleFunc("POST /broadcast", refuse("the messages of this server come from a publisher process: broadcast there, or serve without --publisher separate"))
		mux.HandleFunc("POST /append", appends(ctx, h))
	} else {
		mux.HandleFunc("POST /broadcast", broadcasts(ctx, (&publisher{outlet: h, delay: delay}).run))
		mux.HandleFunc("POST /append", refuse("this server numbers its messages itself: serve with --publisher separate"))
	}
	mux.HandleFunc("POST /cut", func(w http.ResponseWriter, _ *http.Request) {
		h.Cut()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { answer(w, stats(h, in)) })
	mux.HandleFunc("POST /gc", func(w http.ResponseWriter, _ *http.Request) {
		// Two cycles empty sync.Pool; freed pages go back to the kernel, which the background scavenger would do later.
		runtime.GC()
		debug.FreeOSMemory()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.Handle("GET /metrics", prometheusHandler(h, in))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return withToken(token, mux)
}

// broadcasts runs one broadcast a request. Its schedule ends with its caller, and with ctx.
func broadcasts(ctx context.Context, run func(context.Context, wire.Broadcast) (wire.Published, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var b wire.Broadcast
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBroadcastBytes)).Decode(&b); err != nil {
			http.Error(w, "broadcast: "+err.Error(), http.StatusBadRequest)
			return
		}
		if err := b.Check(); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		running, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		done, err := run(running, b)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		answer(w, done)
	}
}

// withToken lets a request pass that carries the token, as a bearer or, for tools that set no headers, as ?token=.
func withToken(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			given = r.URL.Query().Get("token")
		}
		if subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			http.Error(w, "the control API wants the token of the ready line: Authorization: Bearer TOKEN", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		http.Error(w, fmt.Sprintf("encode answer: %v", err), http.StatusInternalServerError)
	}
}

// stats reads every scalar of runtime/metrics, and the counters of both directions.
func stats(h *hub.Hub, in *uplink.Inbox) wire.Stats {
	all := metrics.All()
	samples := make([]metrics.Sample, len(all))
	for i := range all {
		samples[i].Name = all[i].Name
	}
	metrics.Read(samples)
	s := make(wire.Stats, len(samples))
	for i := range samples {
		switch v := samples[i].Value; v.Kind() {
		case metrics.KindUint64:
			s[samples[i].Name] = float64(v.Uint64())
		case metrics.KindFloat64:
			s[samples[i].Name] = v.Float64()
		default: // distributions have no single value
		}
	}
	for name, v := range h.Stats() {
		s["hub/"+name] = v
	}
	for name, v := range in.Stats() {
		s["uplink/"+name] = v
	}
	return s
}

// prometheusHandler shows the same figures to a monitoring system.
func prometheusHandler(h *hub.Hub, in *uplink.Inbox) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for subsystem, stats := range map[string]func() map[string]float64{"hub": h.Stats, "uplink": in.Stats} {
		for name := range stats() {
			r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Namespace: "pushbench", Subsystem: subsystem, Name: name, Help: "Counter " + name + " since start.",
			}, func() float64 { return stats()[name] }))
		}
	}
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
