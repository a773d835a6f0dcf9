package results

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Reading is a figure whose truth is known beforehand, and what the instrument read: a row of calibration.csv. Unknown
// numbers are NaN, and empty in the file.
type Reading struct {
	Lane, Level, Metric, Unit string

	Truth     float64
	Read      float64 // median over trials, blocks or comparisons
	Low, High float64 // its interval
	Limit     float64 // so far from the truth it may be; NaN: the interval alone decides
	OK        bool
}

// Decides reports whether the reading has a limit. One that compares a lane with itself has none: of twenty, one may go
// wrong.
func (r Reading) Decides() bool { return !math.IsNaN(r.Limit) }

// Limits of readings whose truth is no lane's.
const (
	falseLimit  = 0.1  // share of false verdicts: 4 of 40, twice what the intervals state
	stallLimit  = 0.1  // share of a stop by which the tail of the latency may miss it
	layersLimit = 0.1  // share of the machine's loss of memory that no layer explains
	layersNeed  = 5000 // connections: below, what the machine does beside outweighs theirs
	falseNeed   = 20   // comparisons of one metric, for a share of its own
)

// Calibrate holds against the truth whatever a run has of which the truth is known: lanes that cost more on purpose, a lane
// that is there twice, a server that was stopped, and memory, which goes missing from the machine.
func Calibrate(d *Data) ([]Reading, error) {
	m, err := Measure(context.Background(), d)
	if err != nil {
		return nil, fmt.Errorf("calibrate: %w", err)
	}
	return m.Calibrate(d), nil
}

// Calibrate is the same of what was measured already.
func (m *Measured) Calibrate(d *Data) []Reading {
	c := calibration{Measured: m, Index: NewIndex(d), run: d.Run}
	for _, lane := range d.Run.Lanes {
		for _, c.level = range d.Run.Levels() {
			for _, read := range []func(Lane){c.truths, c.drops, c.control, c.stalls, c.layers} {
				read(lane)
			}
		}
	}
	return c.readings
}

type calibration struct {
	*Measured
	*Index

	run      Run
	level    string // that is read
	readings []Reading
}

// add decides a reading by its limit; sums in another order may differ in their last digit.
func (c *calibration) add(r Reading) {
	r.Level = c.level
	r.OK = math.Abs(r.Read-r.Truth) <= r.Limit+1e-9*math.Abs(r.Truth)
	c.readings = append(c.readings, r)
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

// truths reads back what a lane adds to its plain form, as differences within blocks.
func (c *calibration) truths(lane Lane) {
	for _, t := range lane.Truths {
		f, ok := c.figure(t.Metric)
		if !ok {
			continue
		}
		x, y := c.pairs(lane.Name, lane.Of, f)
		for i := range x {
			x[i] -= y[i]
		}
		in := stats.Median(x)
		c.add(Reading{
			Lane: lane.Name, Metric: t.Metric, Unit: f.Unit, Truth: t.Adds,
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

// drops counts the messages that were named as lost and are the ones the lane drops, at as many connections as it does,
// less those that are not.
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
	c.add(Reading{
		Lane: lane.Name, Metric: "messages_named", Unit: Count, Truth: dropped, Read: named, Low: math.NaN(), High: math.NaN(),
	})
}

// stalls reads the tail of the latency where the server was stopped for a part of the phase the tail can see.
func (c *calibration) stalls(lane Lane) {
	for _, f := range c.listed(c.run) {
		stop := c.run.Stalls[f.phase]
		if f.Name != "delivery_latency_p999" || stop == 0 || lane.Truths != nil {
			continue
		}
		in := stats.Median(valuesOf(c.values(lane.Name, f)))
		c.add(Reading{
			Lane: lane.Name, Metric: f.name, Unit: f.Unit, Truth: stop, Read: in.Center, Low: in.Low, High: in.High, Limit: stallLimit * stop,
		})
	}
}

// layers compares the layers of memory with what the machine lost.
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
	in, truth := stats.Median(valuesOf(c.values(lane.Name, layers))), stats.Median(valuesOf(c.values(lane.Name, machine))).Center
	c.add(Reading{
		Lane: lane.Name, Metric: layers.name, Unit: layers.Unit, Truth: truth, Read: in.Center, Low: in.Low, High: in.High, Limit: layersLimit * truth,
	})
}
