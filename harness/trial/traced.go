package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// sourceTrace is the kernel's account of what the server did.
const sourceTrace = "trace"

// traced publishes once more like the first broadcast while the kernel watches the server. It is a phase of its own because
// watching costs CPU: no other figure is taken from it. Where the machine does not allow it there is none, and the run's
// record says why.
func (t *trial) traced(ctx context.Context) error {
	b, ok := t.scenario.Traced()
	if !ok || !t.tracing {
		return nil
	}
	b.Name = results.PhaseTraced
	if t.frame == 0 {
		t.warn(b.Name, results.NotTraced, nil)
		return nil
	}
	t.progress(b.Name, b.Duration)
	var watched []trace.Process
	for _, s := range t.server.Probed() {
		for _, pid := range s.PIDs() {
			watched = append(watched, trace.Process{PID: pid, Port: s.Address.Port()})
		}
	}
	tracer, err := trace.Load(watched, t.frame)
	if err != nil {
		return fmt.Errorf("phase %s: %w", b.Name, err)
	}
	defer tracer.Close()
	var counts trace.Counts
	published, err := t.broadcast(ctx, b, func(work func() error) (err error) {
		counts, err = tracer.Watch(work)
		return err
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
