package trial

import (
	"context"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// Events is THE TABLE of what can happen inside a phase. To add one: a file with its keys, their check and its run; and a row here.
func Events() []scenario.Kind[scenario.Happens] {
	return []scenario.Kind[scenario.Happens]{
		{Name: "cut", New: func() scenario.Happens { return new(Cut) }, About: "The server ends every connection, as a deployment would; fleet.reconnect says who comes back."},
		{Name: "stall", New: func() scenario.Happens { return new(Stall) }, About: "The server is stopped (SIGSTOP) for a while: latencies that do not show it would omit whatever else holds a server up."},
		{Name: "blackhole", New: func() scenario.Happens { return new(Blackhole) }, About: "A share of the clients dies without a FIN: their sockets neither acknowledge nor close, as when a phone loses its network."},
		{Name: "restart", New: func() scenario.Happens { return new(Restart) }, About: "A server process ends and a fresh one, which knows no message, takes its address; fleet.reconnect says who comes back. Needs publisher: separate."},
		{Name: "outage", New: func() scenario.Happens { return new(Outage) }, About: "The link of the path passes nothing for a while, in both directions, as in a tunnel. Needs a link."},
		{Name: "gc", New: func() scenario.Happens { return new(GC) }, About: "The server is forced to collect its garbage."},
	}
}

// event is what every kind of event can do.
type event interface {
	scenario.Happens
	run(ctx context.Context, t *trial) error
	upsets() upset
}

var _ = []event{(*Cut)(nil), (*Stall)(nil), (*Blackhole)(nil), (*Restart)(nil), (*Outage)(nil), (*GC)(nil)}

// upset is what an event does to connections.
type upset int

const (
	upsetsNothing upset = iota
	upsetsClients       // some are gone, or come back
	upsetsAll           // the server ends connections on purpose
)

// upset reports whether something happens to connections in a phase beside its messages.
func (t *trial) upset(name string) bool { return t.most(name) > upsetsNothing }

// most is the most that events do to the connections in a phase.
func (t *trial) most(name string) (most upset) {
	for _, e := range t.events(name) {
		most = max(most, e.Work.(event).upsets()) //nolint:forcetypeassert // each row of the table is one
	}
	return most
}

// events are those of a phase of the list; none of the warm-up before it.
func (t *trial) events(name string) []scenario.Event {
	if name != t.current.Name {
		return nil
	}
	return t.current.Events
}

// profiled reports whether the scenario's clients do more than read.
func (t *trial) profiled() bool {
	h := t.scenario.Fleet
	return h.Slow.Share > 0 || h.Churn.Lifetime > 0 || h.Reconnect.Policy != wire.ReconnectNone
}

// startProfile gives the clients their profile.
func (t *trial) startProfile(ctx context.Context) error {
	if !t.profiled() {
		return nil
	}
	return t.fleet.Profile(ctx, t.scenario.Fleet)
}

// stopProfile ends it: what comes next is the server's end, which is no reason to come back.
func (t *trial) stopProfile(ctx context.Context) error { return t.fleet.Profile(ctx, wire.Profile{}) }

// during does the work of a phase while its events happen, each at its time, one after the other. It returns when all are over;
// where ctx ends before one is due, it never happens.
func (t *trial) during(ctx context.Context, name string, work func(context.Context) error) error {
	events := slices.Clone(t.events(name))
	if len(events) == 0 {
		return work(ctx)
	}
	slices.SortStableFunc(events, func(a, b scenario.Event) int { return int(t.current.Due(a) - t.current.Due(b)) })
	begin, over := time.Now(), make(chan error, 1)
	due, ended := context.WithCancelCause(ctx)
	go func() {
		for _, e := range events {
			if err := t.happen(due, begin.Add(t.current.Due(e)), e.Work.(event)); err != nil { //nolint:forcetypeassert // each row of the table is one
				over <- err
				return
			}
		}
		over <- nil
	}()
	err := work(ctx)
	if err != nil {
		ended(err)
	}
	happened := <-over
	ended(nil)
	if err != nil { // and what the events met is because of that
		return err
	}
	return happened
}

// happen waits until an event is due, and lets it happen.
func (t *trial) happen(ctx context.Context, due time.Time, e event) error {
	select {
	case <-time.After(time.Until(due)):
		return e.run(ctx, t)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
