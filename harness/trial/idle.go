package trial

import (
	"context"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Idle lets the connections rest on heartbeats alone, for so long.
type Idle time.Duration

// Demand is nothing but time.
func (i *Idle) Demand() scenario.Demand { return scenario.Demand{For: time.Duration(*i)} }

// Validate wants a length.
func (i *Idle) Validate(c *scenario.Check) {
	if time.Duration(*i) < time.Millisecond {
		c.Report("", "want 1ms to 24h, not %v: without an idle phase, leave it out", time.Duration(*i))
	}
}

func (i *Idle) run(ctx context.Context, t *trial, name string) error {
	err := t.phase(ctx, name, t.open, time.Duration(*i), func(ctx context.Context) error {
		select {
		case <-time.After(time.Duration(*i)):
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
	t.rows.sample(name, t.open, sourceAgent, "bytes", results.Bytes, float64(report.Bytes))
	if t.upset(name) {
		t.rows.counts(name, t.open, wire.RowsOfClients, report.Counts)
		t.rows.handshakes(name, t.open, report.Counts)
		t.noteCuts(report, name)
		return nil
	}
	return t.checkOpen(report, name)
}
