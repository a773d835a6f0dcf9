package trial

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// sourceTrace is the kernel's account of what the server did.
const sourceTrace = "trace"

// Trace publishes once more like the first broadcast, for so long, while the kernel watches the server. It is a phase of its own because
// watching costs CPU: no other figure is taken from it. Where the machine does not allow it there is none, and the run's
// record has the reason.
type Trace time.Duration

// Named is what the phase is called.
func (*Trace) Named() string { return results.PhaseTraced }

// Demand is its messages; as many as the first broadcast has.
func (r *Trace) Demand() scenario.Demand { return scenario.Demand{For: time.Duration(*r)} }

// Quiet is why no event may happen.
func (*Trace) Quiet() string { return "tracing is about messages alone" }

// Validate wants a broadcast to go on like.
func (r *Trace) Validate(c *scenario.Check) {
	b, ok := firstBroadcast(c.Scenario)
	switch {
	case !ok && c.Incomplete:
	case !ok:
		c.Report("", "there is no broadcast before it whose messages could be traced")
	case !countable(b.Rate, time.Duration(*r)):
		c.Report("", "want 1 to %d messages in a phase, not %s per second for %v", wire.MaxCount, plainly(b.Rate), time.Duration(*r))
	default:
		c.Numbered(count(b.Rate, time.Duration(*r)))
	}
}

// firstBroadcast is the headline of a scenario.
func firstBroadcast(s *scenario.Scenario) (*Broadcast, bool) {
	for _, p := range s.Phases {
		if b, ok := p.Work.(*Broadcast); ok {
			return b, true
		}
	}
	return nil, false
}

func (r *Trace) run(ctx context.Context, t *trial, name string) error {
	first, ok := firstBroadcast(t.scenario)
	if !ok || !t.tracing {
		return nil
	}
	if t.frame == 0 {
		t.warn(name, results.NotTraced, nil)
		return nil
	}
	tracer, err := t.topology.trace(ctx, t.frame)
	if err != nil {
		return fmt.Errorf("phase %s: %w", name, err)
	}
	var counts trace.Counts
	published, err := t.broadcast(ctx, name, first.like(time.Duration(*r)), func(work func() error) error {
		err := tracer.Start(ctx)
		if err == nil {
			err = work()
		}
		var failed error
		counts, failed = tracer.Stop(context.WithoutCancel(ctx))
		return errors.Join(err, failed)
	})
	if err != nil {
		return err
	}
	t.rows.traced(t.open, counts, published)
	return nil
}

// traced records what the kernel counted, and when the mean message was sent: how long after it was due, and how long the
// call took that sent it.
func (r *rows) traced(connections int, c trace.Counts, published wire.Published) {
	add := func(metric, unit string, v float64) {
		r.sample(results.PhaseTraced, connections, sourceTrace, metric, unit, v)
	}
	all := uint64(0)
	for _, name := range slices.Sorted(maps.Keys(c.Syscalls)) {
		add("syscall_"+name, results.Count, float64(c.Syscalls[name]))
		all += c.Syscalls[name]
	}
	add("syscalls", results.Count, float64(all))
	add("sends", results.Count, float64(c.Sends))
	add("sent", results.Bytes, float64(c.Bytes))
	add("messages", results.Count, float64(c.Messages))
	add("retransmits", results.Count, float64(c.Retransmits))
	if c.Messages > 0 {
		add("send_delay", results.Seconds, (c.Entered - time.Duration(published.Intended)).Seconds())
		add("send_time", results.Seconds, (c.Left - c.Entered).Seconds())
	}
}
