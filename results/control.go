package results

import (
	"math"

	"github.com/pushbench/pushbench/results/stats"
)

// control compares a lane with itself. Every metric has a check: the ratio over all blocks, whose interval should hold 1.
// Groups of as many blocks as an interval needs make comparisons of their own: the share of them that call a difference is
// what the intervals state, or less.
func (c *calibration) control(lane Lane) {
	if !lane.Control {
		return
	}
	all := tried{}
	for _, f := range c.listed(c.run) {
		x, y := c.pairs(lane.Name, lane.Of, f)
		if len(x) == 0 || alike(x, y) {
			continue // a count that never varies tests nothing
		}
		ratio := stats.PairedRatio(x, y)
		if !ratio.OK {
			continue
		}
		c.checks = append(c.checks, Check{
			Lane: lane.Name, Level: c.level, Metric: f.name, Unit: Count, Known: 1, Read: ratio.Center, Low: ratio.Low, High: ratio.High, Limit: math.NaN(),
			OK: stats.Verdict(ratio, f.Better) == stats.Same,
		})
		one := inGroups(x, y, f.Better)
		if one.comparisons >= falseNeed {
			c.add(one.check(lane.Name, "false_verdicts@"+f.name))
		}
		all.comparisons, all.wrong = all.comparisons+one.comparisons, all.wrong+one.wrong
	}
	if all.comparisons >= falseNeed {
		c.add(all.check(lane.Name, "false_verdicts"))
	}
}

// tried are comparisons of a lane with itself.
type tried struct{ comparisons, wrong int }

// check compares the share of false verdicts with what the intervals state. The limit is generous by a factor of two:
// figures of one trial go wrong together.
func (t tried) check(lane, metric string) Check {
	return Check{
		Lane: lane, Metric: metric, Unit: Count, Known: 0,
		Read: float64(t.wrong) / float64(t.comparisons), Low: math.NaN(), High: math.NaN(), Limit: falseLimit,
	}
}

// inGroups compares group by group of blocks.
func inGroups(x, y []float64, better stats.Direction) (t tried) {
	for len(x) >= stats.MinTrials {
		ratio := stats.PairedRatio(x[:stats.MinTrials], y[:stats.MinTrials])
		x, y = x[stats.MinTrials:], y[stats.MinTrials:]
		if !ratio.OK {
			continue
		}
		t.comparisons++
		if stats.Verdict(ratio, better) != stats.Same {
			t.wrong++
		}
	}
	return t
}

// alike reports whether all values are one and the same.
func alike(x, y []float64) bool {
	for i := range x {
		if x[i] != x[0] || y[i] != x[0] {
			return false
		}
	}
	return true
}
