package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// uplink runs a phase in which clients send and nobody else does; it ends when every message is confirmed, or patience does.
func (t *trial) uplink(ctx context.Context, u scenario.Uplinks) error {
	if err := t.openUplinks(ctx); err != nil {
		return err
	}
	var report wire.Report
	err := t.phase(ctx, u.Name, t.open, u.Duration+t.scenario.Patience, func(ctx context.Context) (err error) {
		if err := t.send(ctx, u); err != nil {
			return err
		}
		report, err = t.fleet.Report(ctx, wire.Collect{Timeout: t.scenario.Patience})
		return err
	})
	if err != nil {
		return err
	}
	t.rows.histograms(u.Name, t.open, sourceAgent, report.Histograms)
	t.rows.sample(u.Name, t.open, sourceAgent, "bytes", results.Bytes, float64(report.Bytes))
	t.uplinked(u.Name, report)
	t.noteCuts(report, u.Name)
	return t.accuseDelays(u.Name, report)
}

// send has every client send its messages of a phase.
func (t *trial) send(ctx context.Context, u scenario.Uplinks) error {
	return t.fleet.Send(ctx, wire.Send{Rate: u.Rate, Count: u.Count(), Size: u.Size})
}

// uplinked records the audit of what clients sent in a phase, by their own account and by the server's.
func (t *trial) uplinked(phase string, report wire.Report) {
	u := report.Counts
	t.rows.counts(phase, t.open, wire.RowsOfUplinks, report.Counts)
	if u.UplinksConfirmed < u.UplinksDue || u.UplinksUnasked > 0 {
		t.warn(phase, results.UplinksLost, nil)
	}
	if received, known := t.rows.last(phase, "hub", "uplink_received"); known && received != float64(u.UplinksSent) {
		t.warn(phase, results.UplinksMismatch, nil)
	}
}

// openUplinks opens the connections that clients send on where their subscriptions cannot carry it: once, before the first of
// the phases that need them, so that their handshakes are in no figure of a message.
func (t *trial) openUplinks(ctx context.Context) error {
	if t.uplinksOpen {
		return nil
	}
	t.uplinksOpen = true
	order := wire.OpenUplinks{PerSecond: t.scenario.Ramp.PerSecond()}
	err := t.phase(ctx, results.PhaseUplinkRamp, t.open, t.scenario.Ramp.Duration(t.open), func(ctx context.Context) error {
		return t.fleet.OpenUplinks(ctx, order)
	})
	if err != nil {
		return err
	}
	report, err := t.fleet.Report(ctx, wire.Collect{})
	if err != nil {
		return err
	}
	t.rows.histograms(results.PhaseUplinkRamp, t.open, sourceAgent, report.Histograms)
	t.rows.sample(results.PhaseUplinkRamp, t.open, sourceAgent, "uplink_connections", results.Count, float64(report.UplinksOpen))
	return t.accuseDelays(results.PhaseUplinkRamp, report)
}

// closeUplinks samples what the server holds with these connections, and ends them, so that what comes next is about
// subscriptions again.
func (t *trial) closeUplinks(ctx context.Context) error {
	if !t.uplinksOpen {
		return nil
	}
	if err := t.level(ctx, results.PhaseUplinkLevel); err != nil {
		return err
	}
	if err := t.fleet.CloseUplinks(ctx, wire.Nothing{}); err != nil {
		return err
	}
	opened, _ := t.rows.last(results.PhaseUplinkRamp, sourceAgent, "uplink_connections")
	return t.awaitClosed(ctx, int(opened))
}

// awaitClosed returns when the server has given the descriptors of so many connections back.
func (t *trial) awaitClosed(ctx context.Context, connections int) error {
	before, known := t.rows.last(results.PhaseUplinkLevel, "descriptors", "descriptors")
	if connections == 0 || !known {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, t.scenario.Patience,
		fmt.Errorf("the server still holds connections that clients have closed, %v after that", t.scenario.Patience))
	defer cancel()
	for {
		open, err := t.descriptors()
		if err != nil || open <= before-float64(connections) {
			return err
		}
		select {
		case <-time.After(descriptorPause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// descriptorPause lies between two looks at a process's descriptors.
const descriptorPause = 10 * time.Millisecond

// descriptors are those all processes of the server have open.
func (t *trial) descriptors() (total float64, err error) {
	for _, s := range t.server.Probed() {
		open, err := probe.Descriptors(s.Proc, s.PID)
		if err != nil {
			return 0, err
		}
		total += open
	}
	return total, nil
}
