package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// What a ready proxy does with a lane's messages.
const (
	handsOn = "hands them on"
	delays  = "delays them"
	refuses = "refuses"
)

// pause is between two messages: longer than the 200 ms for which Linux holds back what HAProxy sends with MSG_MORE, so that each is late
// and none travels with the one before; and half of it is more than a busy machine takes.
const pause = 300 * time.Millisecond

// throughProxy is what becomes of messages on the way through a ready proxy.
type throughProxy struct {
	lane  string
	front program.Front
	full  bool              // with -full alone, but for proxies that often end TLS
	does  map[string]string // by proxy; others hand on
}

func throughProxies() []throughProxy {
	waiting := map[string]string{"nginx-buffered": refuses} // an answer that waits for 4 KiB is no answer
	delayed := map[string]string{"nginx-buffered": refuses, "haproxy": delays}
	return []throughProxy{
		{lane: "sse-gin", does: delayed},
		{lane: "ws-gorilla", does: map[string]string{"nginx": refuses, "nginx-buffered": refuses}},
		{lane: "stream-ndjson", full: true, does: delayed},
		{lane: "longpoll", full: true},
		{lane: "sse-gin", front: program.WithTLS, full: true, does: waiting}, // HAProxy waits for nothing within TLS
		{lane: "sse-gin", front: program.WithHTTP2, full: true, does: waiting},
	}
}

// Real proxies, each as its file has it, before real lanes: a few messages show what it does to them. It is not parallel: other tests delay
// messages, too.
func TestReadyProxies(t *testing.T) {
	for _, name := range scenario.ReadyProxies() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := scenario.ReadyProxy(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Missing(); err != nil || !p.Exercised {
				t.Skipf("exercised: %v: %v", p.Exercised, err)
			}
			for _, c := range throughProxies() {
				ends := slices.Contains([]string{"nginx-unbuffered", "haproxy", "caddy"}, name) && c.front != program.InClear
				if c.front != program.InClear && !p.Places[c.front.Place()] || c.full && !*full && !ends {
					continue
				}
				t.Run(strings.Trim(c.lane+"+"+string(c.front), "+"), func(t *testing.T) {
					t.Parallel()
					l, load, target := before(t, *p, c)
					want := cmp.Or(c.does[name], handsOn)
					answers := patience
					if want == refuses {
						answers = time.Second
					}
					if does, why := pushThrough(t, l, load, target, answers); does != want {
						t.Errorf("%s: %s", does, why)
					}
				})
			}
		})
	}
}

// before starts a lane and a proxy in front of it, until the test ends.
func before(t *testing.T, p scenario.Proxy, c throughProxy) (l *inProcess, f *fleet.Fleet, target wire.Target) {
	t.Helper()
	l, err := startLane(c.lane, time.Second)
	must(t, err)
	t.Cleanup(func() {
		if err := l.Stop(); err != nil {
			t.Error(err)
		}
	})
	targets, err := l.Targets()
	must(t, err)
	target, p.Front = targets[0], c.front
	starts, certificate, err := p.Secured()
	must(t, err)
	must(t, p.Reach(&target, certificate))
	runs, err := node.NewLocal(node.LocalName, node.Bus{}).Start(t.Context(), starts, node.StartOptions{
		Name: "proxy", Label: "proxy " + p.Name, Role: program.Proxy, Upstream: target.Address, Front: p.Front,
	})
	must(t, err)
	t.Cleanup(func() {
		if err := runs.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	target.Address = runs.Ready().Address.String()
	return l, l.load(t, fleet.Options{Engine: fleet.Goroutines, Reader: fleet.Eager}, target), target
}

// pushThrough sends a few messages to clients of a target, and tells what becomes of them on the way.
func pushThrough(t *testing.T, l *inProcess, f *fleet.Fleet, target wire.Target, answers time.Duration) (does, why string) {
	t.Helper()
	const connections, messages = 3, 4
	ctx, cancel := context.WithTimeout(t.Context(), answers)
	defer cancel()
	if err := f.Ramp(ctx, wire.Ramp{Targets: []wire.Target{target}, Connections: connections, PerSecond: 100, Agents: 1}); err != nil {
		return refuses, err.Error()
	}
	done, err := l.Broadcast(t.Context(), wire.Broadcast{Rate: float64(time.Second / pause), Count: messages, Size: 128})
	must(t, err)
	r, err := f.Collect(t.Context(), wire.Collect{After: done.After, Through: done.Through, Timeout: patience})
	must(t, err)
	if r.Expected != connections*messages || r.Received != r.Expected {
		t.Fatalf("%d of %d messages: %v %v", r.Received, r.Expected, r.Errors, r.Ends)
	}
	latency, err := r.Histograms["delivery_latency"].Decode()
	must(t, err)
	quick := time.Duration(latency.ValueAtQuantile(25)) // a proxy delays all of them, and a busy machine some
	if quick > pause/2 {
		return delays, fmt.Sprintf("by %v", quick)
	}
	return handsOn, fmt.Sprintf("in %v", quick)
}
