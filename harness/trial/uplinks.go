package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Uplink has every client send; the phase ends when every message is confirmed, or patience does.
type Uplink struct {
	Name scenario.PhaseName `json:"name" jsonschema_description:"Name of the phase, its own within the scenario, and none of the phases every trial can have. Default: uplink." jsonschema_extras:"default=uplink"`
	Rate float64            `json:"rate" jsonschema:"required,exclusiveMinimum=0,maximum=1000" jsonschema_description:"Of each client, on a schedule that waits for no answer and spreads the clients evenly. Unit: messages per second. Rate × for gives 1 to 100000 messages of each. Required."`
	For  time.Duration      `json:"for" jsonschema:"required" jsonschema_description:"Length of the phase, up to 24h. Unit: a duration. Required."`
	Size int                `json:"size" jsonschema:"minimum=16,maximum=4096,default=128" jsonschema_description:"Size of a message. Unit: bytes. Default: 128."`
}

// Named is what the phase is called.
func (u *Uplink) Named() string { return string(u.Name) }

// Demand is that clients send.
func (u *Uplink) Demand() scenario.Demand { return scenario.Demand{For: u.For, Sends: true} }

// Validate wants messages that can be counted.
func (u *Uplink) Validate(c *scenario.Check) {
	if !countable(u.Rate, u.For) {
		c.Report("rate", "want 1 to %d messages of each client in a phase, not %s per second for %v", wire.MaxCount, plainly(u.Rate), u.For)
	}
}

func (u *Uplink) run(ctx context.Context, t *trial, name string) error {
	if err := t.openUplinks(ctx); err != nil {
		return err
	}
	var report wire.Report
	err := t.phase(ctx, name, t.open, u.For+t.scenario.Patience, func(ctx context.Context) (err error) {
		if err := t.send(ctx, u); err != nil {
			return err
		}
		report, err = t.fleet.Report(ctx, wire.Collect{Timeout: t.scenario.Patience})
		return err
	})
	if err != nil {
		return err
	}
	t.rows.histograms(name, t.open, sourceAgent, report.Histograms)
	t.rows.sample(name, t.open, sourceAgent, "bytes", results.Bytes, float64(report.Bytes))
	t.uplinked(name, report)
	t.noteCuts(report, name)
	return t.checkDelays(name, report)
}

// send has every client send its messages of a phase.
func (t *trial) send(ctx context.Context, u *Uplink) error {
	return t.fleet.Send(ctx, wire.Send{Rate: u.Rate, Count: count(u.Rate, u.For), Size: u.Size})
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
	order := wire.OpenUplinks{PerSecond: t.ramped.perSecond()}
	err := t.phase(ctx, results.PhaseUplinkRamp, t.open, t.ramped.takes(t.open), func(ctx context.Context) error {
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
	return t.checkDelays(results.PhaseUplinkRamp, report)
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
		open, err := t.descriptors(ctx)
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
func (t *trial) descriptors(ctx context.Context) (float64, error) {
	s, err := t.topology.read(ctx, node.Question{Moment: node.AtRest, Only: []string{"descriptors"}})
	if err != nil {
		return 0, err
	}
	total, _ := node.Sum(s.Readings, "descriptors", "descriptors", isMeasured)
	return total, nil
}
