package results

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Check compares a figure with its known value: a row of calibration.csv. Unknown numbers are NaN, and empty in the file.
type Check struct {
	Lane, Level, Metric, Unit string

	Known     float64
	Read      float64 // median over trials, blocks or comparisons
	Low, High float64 // its interval
	Limit     float64 // how far Read may be from Known; NaN: the interval alone decides
	OK        bool
}

// Decides reports whether the check has a limit. The ratio to the A/A control has none: of twenty intervals, one may miss 1.
func (r Check) Decides() bool { return !math.IsNaN(r.Limit) }

// Limits of the checks that are not of a lane's offsets.
const (
	falseLimit  = 0.1  // share of false verdicts: 4 of 40, twice what the intervals state
	stallLimit  = 0.1  // share of a stop by which the tail of the latency may miss it
	layersLimit = 0.1  // share of the machine's loss of memory that no layer explains
	layersNeed  = 5000 // connections: below, other activity of the machine outweighs theirs
	falseNeed   = 20   // comparisons of one metric, for a share of its own
)

// Calibrate checks everything in a run whose value is known: lanes with offsets, the A/A control, a stopped server, and
// the layers of memory against the memory that the machine lost.
func Calibrate(d *Data) ([]Check, error) {
	m, err := Measure(context.Background(), d)
	if err != nil {
		return nil, fmt.Errorf("calibrate: %w", err)
	}
	return m.Calibrate(d), nil
}

// Calibrate does so with figures that are measured already.
func (m *Measured) Calibrate(d *Data) []Check {
	c := calibration{Measured: m, Index: NewIndex(d), run: d.Run}
	for _, lane := range d.Run.Lanes {
		for _, c.level = range d.Run.Levels() {
			for _, read := range []func(Lane){c.offsets, c.drops, c.control, c.stalls, c.layers} {
				read(lane)
			}
		}
	}
	return c.checks
}

type calibration struct {
	*Measured
	*Index

	run    Run
	level  string // that is read
	checks []Check
}

// add decides a check by its limit; sums in another order may differ in their last digit.
func (c *calibration) add(r Check) {
	r.Level = c.level
	r.OK = math.Abs(r.Read-r.Known) <= r.Limit+1e-9*math.Abs(r.Known)
	c.checks = append(c.checks, r)
}

// ok are the trials of a lane that count.
func (c *calibration) ok(lane string) []Trial { return c.OKTrials(Contestant{lane, c.level}) }

// values are a metric of a lane's trials, by block.
func (c *calibration) values(lane string, f figure) []TrialValue {
	return c.of(f, c.ok(lane), c.blocks).values
}

// pairs returns a metric of both lanes in the blocks that have both, in their order.
func (c *calibration) pairs(a, b string, f figure) (x, y []float64) {
	return InBlocks(c.values(a, f), c.values(b, f))
}

// offsets checks what a lane adds to its plain form, as differences within blocks.
func (c *calibration) offsets(lane Lane) {
	for _, t := range lane.Offsets {
		f, ok := c.figure(t.Metric)
		if !ok {
			continue
		}
		x, y := c.pairs(lane.Name, lane.Of, f)
		for i := range x {
			x[i] -= y[i]
		}
		in := stats.Median(x)
		c.add(Check{
			Lane: lane.Name, Metric: t.Metric, Unit: f.Unit, Known: t.Adds,
			Read: in.Center, Low: in.Low, High: in.High, Limit: t.Within,
		})
	}
}

// figure is a metric as the run's first broadcast has it.
func (c *calibration) figure(metric string) (figure, bool) {
	all := c.listed(c.run)
	i := slices.IndexFunc(all, func(f figure) bool { return f.name == metric })
	if i < 0 {
		return figure{}, false
	}
	return all[i], true
}

// drops counts the lost messages that the lane dropped, at as many connections as it does, less all other lost ones.
func (c *calibration) drops(lane Lane) {
	if lane.Drops == nil {
		return
	}
	dropped, named := 0.0, 0.0
	for _, t := range c.ok(lane.Name) {
		r := c.trials[t.Trial]
		for _, phase := range c.run.Broadcasts {
			for _, s := range r.find(phase, "agent", "expected") {
				dropped += s.Value / float64(s.Connections) / float64(lane.Drops.Every)
			}
		}
		for _, l := range r.Losses {
			if l.Message%lane.Drops.Every == lane.Drops.Rest && l.Missed*lane.Drops.Of == l.Connections {
				named++
			} else {
				named--
			}
		}
	}
	c.add(Check{
		Lane: lane.Name, Metric: "messages_named", Unit: Count, Known: dropped, Read: named, Low: math.NaN(), High: math.NaN(),
	})
}

// stalls checks the tail of the latency in phases in which the server was stopped.
func (c *calibration) stalls(lane Lane) {
	for _, f := range c.listed(c.run) {
		stop := c.run.Stalls[f.phase]
		if f.Name != "delivery_latency_p999" || stop == 0 || lane.Offsets != nil {
			continue
		}
		in := stats.Median(valuesOf(c.values(lane.Name, f)))
		c.add(Check{
			Lane: lane.Name, Metric: f.name, Unit: f.Unit, Known: stop, Read: in.Center, Low: in.Low, High: in.High, Limit: stallLimit * stop,
		})
	}
}

// layers compares the layers of memory with the memory that the machine lost.
func (c *calibration) layers(lane Lane) {
	most := 0
	for _, t := range c.ok(lane.Name) {
		for _, s := range c.trials[t.Trial].Samples {
			if s.Phase == PhaseLevel {
				most = max(most, s.Connections)
			}
		}
	}
	layers, ok := c.figure("memory_layers_per_connection")
	machine, ok2 := c.figure("memory_available_per_connection")
	if !ok || !ok2 || most < layersNeed {
		return
	}
	in, lost := stats.Median(valuesOf(c.values(lane.Name, layers))), stats.Median(valuesOf(c.values(lane.Name, machine))).Center
	c.add(Check{
		Lane: lane.Name, Metric: layers.name, Unit: layers.Unit, Known: lost, Read: in.Center, Low: in.Low, High: in.High, Limit: layersLimit * lost,
	})
}
