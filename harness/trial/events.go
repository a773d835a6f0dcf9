package trial

import (
	"context"
	"errors"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// eventful reports whether something happens to connections in the phase beside messages.
func (t *trial) eventful(b scenario.Broadcast) bool {
	return b.Cut || b.Silence > 0 || t.profiled()
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

// event has happen, a quarter into the phase, what the scenario says. The function it returns waits until that is over; where
// ctx ended before it began, it never happens.
func (t *trial) event(ctx context.Context, b scenario.Broadcast) (over func() error) {
	if b.Stall == 0 && !b.Cut && b.Silence == 0 {
		return func() error { return nil }
	}
	ended := make(chan error, 1)
	due := time.AfterFunc(b.EventAfter(), func() {
		var failed error
		if b.Silence > 0 {
			failed = t.fleet.Blackhole(ctx, wire.Blackhole{Share: b.Silence})
		}
		if b.Cut {
			failed = errors.Join(failed, t.server.Cut(ctx))
		}
		if b.Stall > 0 {
			failed = errors.Join(failed, t.server.Pause(ctx, b.Stall))
		}
		ended <- failed
	})
	return func() error {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
		}
		if due.Stop() {
			return context.Cause(ctx)
		}
		return <-ended // all it does ends with ctx
	}
}
