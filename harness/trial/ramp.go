package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Ramp opens connections, each confirmed by its greeting, and samples what the server holds then.
type Ramp struct {
	To    int     `json:"to" jsonschema:"required,minimum=1,maximum=1000000" jsonschema_description:"How many connections are open at the end, more than before. Unit: connections. Required."`
	Rate  float64 `json:"rate" jsonschema:"minimum=1,maximum=100000,default=2500" jsonschema_description:"Lanes over HTTP/2 open 1000 at most, over TLS 300, and over QUIC 100: their handshakes would leave the load no CPU. Unit: connections per second. Default: 2500."`
	Storm bool    `json:"storm" jsonschema:"default=false" jsonschema_description:"All connections are due at once, as after an outage, in place of a rate. Default: false."`

	from int // connections that are open before it
}

// Demand is its schedule, and the level it ends at.
func (r *Ramp) Demand() scenario.Demand {
	return scenario.Demand{For: r.takes(r.To - r.from), Connections: r.To}
}

// Quiet is why no event may happen.
func (*Ramp) Quiet() string { return "connections are still opening" }

// Validate wants levels that ascend.
func (r *Ramp) Validate(c *scenario.Check) {
	r.from = c.Scenario.MaxConnections()
	if r.To <= r.from {
		c.Report("to", "%d does not ascend: want more than %d", r.To, r.from)
	}
	if r.Storm && c.Given("rate") {
		c.Report("rate", "a storm has no rate: leave out one of the two")
	}
}

// perSecond is the rate of the schedule; 0 for a storm.
func (r *Ramp) perSecond() float64 {
	if r.Storm {
		return 0
	}
	return r.Rate
}

// takes is how long n connections are scheduled to take.
func (r *Ramp) takes(n int) time.Duration {
	if r.Storm {
		return 0
	}
	return time.Duration(float64(n) / r.Rate * float64(time.Second))
}

// Pace is how fast connections open, in words, where the load can open so many per second; 0 is any number.
func (r *Ramp) Pace(most float64) string {
	if r.Storm {
		return "all at once"
	}
	return fmt.Sprintf("%g a second", r.atMost(most).Rate)
}

// atMost is the ramp, slowed down to so many connections per second; 0 is any number. A storm is one all the same.
func (r *Ramp) atMost(perSecond float64) *Ramp {
	slowed := *r
	if perSecond > 0 {
		slowed.Rate = min(r.Rate, perSecond)
	}
	return &slowed
}

func (r *Ramp) run(ctx context.Context, t *trial, _ string) error {
	t.ramped = r.atMost(t.connectRate)
	n := r.To - t.open
	targets, err := t.server.Targets()
	if err != nil {
		return err
	}
	for i := range targets {
		targets[i].Every, targets[i].Resume, targets[i].Uplink = t.scenario.Poll, t.scenario.TLS.Resume, t.scenario.TwoWay()
		targets[i].Limit = wire.LimitFor(t.scenario.LargestSize())
	}
	t.transport = targets[0].Transport
	schedule := wire.Ramp{Targets: targets, First: t.open, Connections: n, PerSecond: t.ramped.perSecond(), Mark: t.mark, Silences: len(t.scenario.Proxies) > 0}
	err = t.phase(ctx, results.PhaseRamp, n, t.ramped.takes(n), func(ctx context.Context) error {
		return t.rampUp(ctx, schedule)
	})
	if err != nil {
		return err
	}
	t.open += n
	if err := t.ramped.report(ctx, t, n); err != nil {
		return err
	}
	if err := t.serving(ctx, n); err != nil {
		return err
	}
	if err := t.level(ctx, results.PhaseLevel); err != nil {
		return err
	}
	if t.open < t.scenario.MaxConnections() {
		return nil
	}
	return t.startProfile(ctx)
}

func (r *Ramp) report(ctx context.Context, t *trial, n int) error {
	report, err := t.fleet.Report(ctx, wire.Collect{})
	if err != nil {
		return err
	}
	report = t.withoutHandshakes(report)
	t.rows.histograms(results.PhaseRamp, n, sourceAgent, report.Histograms)
	t.rows.handshakes(results.PhaseRamp, n, report.Counts)
	if err := t.checkDelays(results.PhaseRamp, report); err != nil {
		return err
	}
	return t.checkOpen(report, results.PhaseRamp)
}
