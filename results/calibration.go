package results

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Reading is a figure whose truth is known beforehand, and what the instrument read: a row of calibration.csv. Unknown
// numbers are NaN, and empty in the file.
type Reading struct {
	Lane, Metric, Unit string

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
	c := calibration{Data: d, trials: d.byTrial()}
	for _, lane := range d.Run.Lanes {
		for _, read := range []func(Lane) error{c.truths, c.drops, c.twin, c.stalls, c.layers} {
			if err := read(lane); err != nil {
				return nil, fmt.Errorf("calibrate: lane %s: %w", lane.Name, err)
			}
		}
	}
	return c.readings, nil
}

type calibration struct {
	*Data
	trials   map[int]Rows
	readings []Reading
}

// add decides a reading by its limit; sums in another order may differ in their last digit.
func (c *calibration) add(r Reading) {
	r.OK = math.Abs(r.Read-r.Truth) <= r.Limit+1e-9*math.Abs(r.Truth)
	c.readings = append(c.readings, r)
}

// measure returns a metric of a lane's trials by block.
func (c *calibration) measure(lane string, f figure) (map[int]float64, error) {
	m, err := measure(c.Data, c.trials, lane, f)
	if err != nil {
		return nil, err
	}
	values := map[int]float64{}
	for _, v := range m.values {
		values[v.Block] = v.Value
	}
	return values, nil
}

// pairs returns a metric of both lanes in the blocks that have both, in their order.
func (c *calibration) pairs(a, b string, f figure) (x, y []float64, err error) {
	first, err := c.measure(a, f)
	if err != nil {
		return nil, nil, err
	}
	second, err := c.measure(b, f)
	if err != nil {
		return nil, nil, err
	}
	for block := range c.blocks() {
		v, ok := first[block+1]
		w, ok2 := second[block+1]
		if ok && ok2 {
			x, y = append(x, v), append(y, w)
		}
	}
	return x, y, nil
}

// truths reads back what a lane adds to its plain form, as differences within blocks.
func (c *calibration) truths(lane Lane) error {
	for _, t := range lane.Truths {
		f, ok := c.figure(t.Metric)
		if !ok {
			continue
		}
		x, y, err := c.pairs(lane.Name, lane.Of, f)
		if err != nil {
			return err
		}
		for i := range x {
			x[i] -= y[i]
		}
		in := stats.Median(x)
		c.add(Reading{
			Lane: lane.Name, Metric: t.Metric, Unit: f.Unit, Truth: t.Adds,
			Read: in.Center, Low: in.Low, High: in.High, Limit: t.Within,
		})
	}
	return nil
}

// figure is a metric as the run's first broadcast has it.
func (c *calibration) figure(metric string) (figure, bool) {
	all := figuresOf(c.Data)
	i := slices.IndexFunc(all, func(f figure) bool { return f.name == metric })
	if i < 0 {
		return figure{}, false
	}
	return all[i], true
}

// drops counts the messages that were named as lost and are the ones the lane drops, at as many connections as it does,
// less those that are not.
func (c *calibration) drops(lane Lane) error {
	if lane.Drops == nil {
		return nil
	}
	dropped, named := 0.0, 0.0
	for _, t := range c.OKTrials(lane.Name) {
		r := c.trials[t.Trial]
		for _, phase := range c.Run.Broadcasts {
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
	return nil
}

// stalls reads the tail of the latency where the server was stopped for a part of the phase the tail can see.
func (c *calibration) stalls(lane Lane) error {
	for _, f := range figuresOf(c.Data) {
		stop := c.Run.Stalls[f.phase]
		if f.Name != "delivery_latency_p999" || stop == 0 || lane.Truths != nil {
			continue
		}
		values, err := c.measure(lane.Name, f)
		if err != nil {
			return err
		}
		in := stats.Median(inBlocks(values))
		c.add(Reading{
			Lane: lane.Name, Metric: f.name, Unit: f.Unit, Truth: stop, Read: in.Center, Low: in.Low, High: in.High, Limit: stallLimit * stop,
		})
	}
	return nil
}

// layers compares the layers of memory with what the machine lost.
func (c *calibration) layers(lane Lane) error {
	most := 0
	for _, s := range c.Samples {
		if s.Phase == PhaseLevel {
			most = max(most, s.Connections)
		}
	}
	layers, ok := c.figure("memory_layers_per_connection")
	machine, ok2 := c.figure("memory_available_per_connection")
	if !ok || !ok2 || most < layersNeed {
		return nil
	}
	sum, err := c.measure(lane.Name, layers)
	if err != nil {
		return err
	}
	lost, err := c.measure(lane.Name, machine)
	if err != nil {
		return err
	}
	in, truth := stats.Median(inBlocks(sum)), stats.Median(inBlocks(lost)).Center
	c.add(Reading{
		Lane: lane.Name, Metric: layers.name, Unit: layers.Unit, Truth: truth, Read: in.Center, Low: in.Low, High: in.High, Limit: layersLimit * truth,
	})
	return nil
}

// inBlocks are values by block in the order of the blocks.
func inBlocks(values map[int]float64) []float64 {
	var out []float64
	for _, block := range slices.Sorted(maps.Keys(values)) {
		out = append(out, values[block])
	}
	return out
}
