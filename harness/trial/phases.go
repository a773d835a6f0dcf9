package trial

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// unforced marks the figures read before a forced garbage collection.
const unforced = "_unforced"

// level samples what the process holds at this connection count: first as it is, then after a garbage collection,
// and how it is set.
func (t *trial) level(ctx context.Context, phase string) error {
	for _, suffix := range []string{unforced, ""} {
		read := probe.Closing
		if suffix == "" {
			read = probe.Standing
			if err := t.server.Collect(ctx); err != nil {
				return err
			}
		}
		readings, err := read(ctx, t.server.Probed())
		if err != nil {
			return fmt.Errorf("phase %s: %w", phase, err)
		}
		for _, r := range readings {
			if !r.Counter {
				t.rows.sample(phase, t.open, r.Source, r.Metric+suffix, r.Unit, r.Value)
			}
		}
		if err := t.others(phase, suffix); err != nil {
			return fmt.Errorf("phase %s: %w", phase, err)
		}
	}
	return nil
}

// others samples the resident memory of the processes that are not measured, because the machine's figures contain them.
func (t *trial) others(phase, suffix string) error {
	load, err := t.fleet.Resident()
	if err != nil {
		return err
	}
	t.rows.sample(phase, t.open, sourceAgent, "agent_rss"+suffix, results.Bytes, load)
	own, err := probe.Resident("/proc", os.Getpid())
	if err != nil {
		return err
	}
	t.rows.sample(phase, t.open, sourceTrial, "conductor_rss"+suffix, results.Bytes, own)
	return nil
}

// ramp opens n more connections, each confirmed by its greeting.
func (t *trial) ramp(ctx context.Context, n int) error {
	targets, err := t.server.Targets()
	if err != nil {
		return err
	}
	for i := range targets {
		targets[i].Every, targets[i].Resume, targets[i].Uplink = t.scenario.Poll, t.scenario.TLS.Resume, t.scenario.TwoWay()
		targets[i].Limit = wire.LimitFor(t.scenario.LargestSize())
	}
	t.transport = targets[0].Transport
	schedule := wire.Ramp{Targets: targets, First: t.open, Connections: n, PerSecond: t.scenario.Ramp.PerSecond(), Mark: t.mark}
	err = t.phase(ctx, results.PhaseRamp, n, t.scenario.Ramp.Duration(n), func(ctx context.Context) error {
		return t.rampUp(ctx, schedule)
	})
	if err != nil {
		return err
	}
	t.open += n
	report, err := t.fleet.Report(ctx, wire.Collect{})
	if err != nil {
		return err
	}
	report = t.withoutHandshakes(report)
	t.rows.histograms(results.PhaseRamp, n, sourceAgent, report.Histograms)
	t.rows.handshakes(results.PhaseRamp, n, report.Counts)
	if err := t.accuseDelays(results.PhaseRamp, report); err != nil {
		return err
	}
	return t.checkOpen(report, results.PhaseRamp)
}

// idle lets the connections rest on heartbeats alone.
func (t *trial) idle(ctx context.Context) error {
	if t.scenario.Idle == 0 {
		return nil
	}
	err := t.phase(ctx, results.PhaseIdle, t.open, t.scenario.Idle, func(ctx context.Context) error {
		select {
		case <-time.After(t.scenario.Idle):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	if err != nil {
		return err
	}
	report, err := t.fleet.Report(ctx, wire.Collect{})
	if err != nil {
		return err
	}
	t.rows.sample(results.PhaseIdle, t.open, sourceAgent, "bytes", results.Bytes, float64(report.Bytes))
	return t.checkOpen(report, results.PhaseIdle)
}

// warmup publishes before the first broadcast as in it, so that no figure contains what only the first messages cost: stacks
// that grow, pools and buffers that fill (rule 7 of the method). It has no rows; what is lost is said.
func (t *trial) warmup(ctx context.Context, left time.Duration) (scheduled time.Duration, err error) {
	b, ok := t.scenario.Warming()
	if !ok {
		return 0, nil
	}
	b.Name = results.PhaseWarmup
	t.progress(b.Name, left)
	ctx, cancel := t.limited(ctx, b.Duration+t.scenario.Patience)
	defer cancel()
	published, report, err := t.publish(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("phase %s: %w", b.Name, err)
	}
	t.noteLosses(b, published, report)
	return b.Duration, nil
}

// publish has the server publish a broadcast, and clients send meanwhile if they are to; it returns when every connection has
// the last message and every client's is confirmed, or patience ends. It is an error when what arrived is not what was published:
// such a lane has delivered nothing, however fast it was.
func (t *trial) publish(ctx context.Context, b scenario.Broadcast) (published wire.Published, report wire.Report, err error) {
	wanted := wire.Broadcast{Rate: b.Rate, Count: b.Count(), Size: b.Size, Payload: b.Payload, Seed: t.scenario.Seed, Mark: t.mark}
	if err := t.fleet.Expect(ctx, wire.Expect{After: t.last, Rate: b.Rate, Content: wanted.Content()}); err != nil {
		return published, report, err
	}
	var both errgroup.Group
	both.Go(func() (err error) {
		published, err = t.server.Broadcast(ctx, wanted)
		return err
	})
	if u, sends := b.Sent(); sends {
		both.Go(func() error { return t.send(ctx, u) })
	}
	if err := both.Wait(); err != nil {
		return published, report, t.unpublished(err)
	}
	t.last = published.Through
	report, err = t.fleet.Report(ctx, wire.Collect{
		After: published.After, Through: published.Through, Last: published.Last, Timeout: t.scenario.Patience,
	})
	switch {
	case err != nil:
	case report.Changed > 0 && report.Instead.Cause != "": // not the server's doing
		err = errors.New(report.Instead.Cause)
	case report.Changed > 0:
		err = fmt.Errorf("%d messages are not what was published, of %d that were compared", report.Changed, report.Compared)
	default:
		err = t.delivered(b, published, report)
	}
	return published, report, err
}

// broadcast publishes one phase of messages; it ends when every connection has the last one, or patience does. Watch is
// called around all of that.
func (t *trial) broadcast(ctx context.Context, b scenario.Broadcast, watch func(work func() error) error) (wire.Published, error) {
	var (
		published wire.Published
		report    wire.Report
	)
	err := t.phase(ctx, b.Name, t.open, b.Duration+t.scenario.Patience, func(ctx context.Context) error {
		return watch(func() (err error) {
			over := t.event(ctx, b)
			defer func() { err = errors.Join(err, over()) }()
			published, report, err = t.publish(ctx, b)
			return err
		})
	})
	if report.Expected+report.Received > 0 {
		t.rows.counts(b.Name, t.open, wire.RowsOfMessages, report.Counts) // of a phase that has failed, too
	}
	if err != nil {
		return published, err
	}
	if t.frame == 0 && report.Received > 0 {
		t.frame = int(math.Round(float64(report.Bytes) / float64(report.Received)))
	}
	if t.eventful(b) {
		t.rows.counts(b.Name, t.open, wire.RowsOfClients, report.Counts)
		t.rows.handshakes(b.Name, t.open, report.Counts)
	}
	t.rows.histograms(b.Name, t.open, sourceAgent, report.Histograms)
	t.rows.histograms(b.Name, t.open, sourceServer, map[string]wire.Histogram{
		"publish_lateness": published.Lateness, "sched_latency": published.Waits,
	})
	t.noteLosses(b, published, report)
	t.rows.losses(b.Name, t.open, missed(published, report, t.open))
	if err := t.rows.spreads(b.Name, t.open, report.Spreads); err != nil {
		return published, err
	}
	if _, sends := b.Sent(); sends {
		t.uplinked(b.Name, report)
	}
	return published, t.accuseDelays(b.Name, report)
}

// unwatched is a broadcast that nothing disturbs.
func unwatched(work func() error) error { return work() }

// drain stops the server under its connections. How it and they end is no evidence against a figure: all were taken.
func (t *trial) drain(ctx context.Context) error {
	if err := t.stopProfile(ctx); err != nil {
		return err
	}
	begin := time.Now()
	err := t.server.Stop()
	t.rows.sample(results.PhaseDrain, t.open, sourceTrial, "duration", results.Seconds, time.Since(begin).Seconds())
	if errors.Is(err, ErrStays) {
		return t.fleet.Stop(ctx)
	}
	if err != nil {
		t.ending = append(t.ending, err.Error())
	}
	report, err := t.fleet.Report(ctx, wire.Collect{Drained: true, Timeout: t.scenario.Patience})
	if err != nil {
		return err
	}
	t.rows.sample(results.PhaseDrain, t.open, sourceAgent, "closed", results.Count, float64(report.Closed))
	t.rows.sample(results.PhaseDrain, t.open, sourceAgent, "cut", results.Count, float64(report.Cut))
	if report.Cut > 0 {
		t.ending = append(t.ending, "its connections were cut: "+causes(report))
	}
	return t.fleet.Stop(ctx)
}

// checkOpen fails a trial whose connections are not all there: its figures would be about another count.
func (t *trial) checkOpen(report wire.Report, phase string) error {
	t.noteSkipped(report, phase)
	if report.Connections != t.open {
		return fmt.Errorf("phase %s: %d of %d connections are open: %s", phase, report.Connections, t.open, t.came(report))
	}
	return nil
}
