package link

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/wire"
)

// control is the coordinator's way into the link: it stands in the namespace of the servers, and no packet of it is forwarded.
func (b *box) control(token string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) { answer(w, b.stats(), nil) })
	mux.HandleFunc("POST /probe", func(w http.ResponseWriter, r *http.Request) {
		read, err := b.probe(r.Context())
		answer(w, read, err)
	})
	mux.HandleFunc("POST /outage", func(w http.ResponseWriter, r *http.Request) {
		var o wire.Outage
		err := json.NewDecoder(r.Body).Decode(&o)
		if err == nil {
			b.pause(o.For)
		}
		answer(w, struct{}{}, err)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+token)) != 1 {
			http.Error(w, "the control API wants the token of the ready line", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func answer(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the caller has gone
}

// pause lets nothing pass for so long.
func (b *box) pause(d time.Duration) {
	until := wire.Now() + int64(d)
	b.up.outage.Store(until)
	b.down.outage.Store(until)
}

// stats are the counters of both directions, with the packets that the kernel dropped before the box had read them.
func (b *box) stats() wire.Stats {
	s := wire.Stats{}
	b.up.stats("up", s)
	b.down.stats("down", s)
	count := func(d *device, direction string) error {
		l, err := netlink.LinkByIndex(d.link.Attrs().Index)
		if err == nil && l.Attrs().Statistics != nil {
			s[direction+"_overflowed"] += float64(l.Attrs().Statistics.TxDropped)
		}
		return err
	}
	// A device that cannot be asked has gone with its descriptor, and the process ends.
	_ = count(b.inside, "up")
	_ = netns.Outside(func() error { return count(b.outside, "down") })
	return s
}
