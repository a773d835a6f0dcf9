package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// beforeGC marks the figures read before a forced garbage collection.
const beforeGC = "_before_gc"

// level samples what the process holds at this connection count: first as it is, then after a garbage collection,
// with its sockets and how it is set.
func (t *trial) level(ctx context.Context, phase string) error {
	for _, suffix := range []string{beforeGC, ""} {
		q := node.Question{Moment: node.AtRest}
		if suffix == "" {
			q.Level = true
			if err := t.server.Collect(ctx); err != nil {
				return err
			}
		}
		resting, err := t.topology.read(ctx, q)
		if err != nil {
			return fmt.Errorf("phase %s: %w", phase, err)
		}
		for _, r := range resting.Readings {
			if !r.Counter && isMeasured(r.Process) {
				r.Metric += suffix
				t.rows.reading(phase, t.open, r)
			}
		}
		t.others(phase, suffix, resting.Readings)
	}
	return nil
}

// others samples the resident memory of the processes that are not measured, because the machine's figures contain them.
func (t *trial) others(phase, suffix string, resting []node.Reading) {
	load, _ := node.Sum(resting, "process", "rss", isLoad)
	t.rows.sample(phase, t.open, sourceAgent, "agent_rss"+suffix, results.Bytes, load)
	own, _ := node.Sum(resting, "process", "rss", func(p string) bool { return p == node.Self })
	t.rows.sample(phase, t.open, sourceTrial, "coordinator_rss"+suffix, results.Bytes, own)
}

// drain stops the server under its connections. How it and they end is no evidence against a figure: all were taken.
func (t *trial) drain(ctx context.Context) error {
	if err := t.stopProfile(ctx); err != nil {
		return err
	}
	begin := time.Now()
	err := t.server.Stop()
	t.rows.sample(results.PhaseDrain, t.open, sourceTrial, "duration", results.Seconds, time.Since(begin).Seconds())
	if errors.Is(err, node.ErrStays) {
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
