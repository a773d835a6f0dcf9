package report

import (
	"math"
	"testing"

	"github.com/pushbench/pushbench/results"
)

// picked is a row of a lane with a figure in each of six blocks, each a little off in its own way.
func picked(lane string, noise, off float64, value float64) results.SummaryRow {
	r := results.SummaryRow{Lane: lane, Metric: "cpu_per_message", Unit: "s", N: 6, Median: value, Noise: noise}
	for block := 1; block <= 6; block++ {
		v := value * math.Exp(off*float64(block%3-1))
		r.Values = append(r.Values, results.TrialValue{Block: block, Trial: block, Value: v})
	}
	return r
}

// Nobody is picked for a difference inside the noise, below what is relevant, or of 0 from 0.
func TestPicksCount(t *testing.T) {
	unknown := math.NaN()
	for _, c := range []struct {
		name                              string
		rows                              []results.SummaryRow
		relevant                          float64
		lanes, missed, undecided, unclear int
	}{
		{"a difference that counts", []results.SummaryRow{picked("a", 0.02, 0, 1), picked("b", 0.02, 0, 1.1)}, 0.05, 1, 1, 0, 0},
		{"inside the noise", []results.SummaryRow{picked("a", 0.2, 0, 1), picked("b", 0.2, 0, 1.1)}, 0.05, 2, 0, 0, 0},
		{"not relevant", []results.SummaryRow{picked("a", unknown, 0, 1), picked("b", unknown, 0, 1.1)}, 0.15, 2, 0, 0, 0},
		{"nobody knows the noise", []results.SummaryRow{picked("a", unknown, 0, 1), picked("b", unknown, 0, 1.1)}, 0.05, 1, 1, 0, 0},
		{"a noise without bound", []results.SummaryRow{picked("a", math.Inf(1), 0, 1), picked("b", math.Inf(1), 0, 9)}, 0.05, 1, 0, 1, 0},
		{"farther apart than anybody calls equal", []results.SummaryRow{picked("a", 0.02, 0, 1), picked("b", 0.02, 1, 1.1)}, 0.05, 1, 0, 1, 0},
		{"0 and 0", []results.SummaryRow{picked("a", unknown, 0, 0), picked("b", unknown, 0, 0)}, 0.05, 1, 0, 0, 1},
		{"0 and something", []results.SummaryRow{picked("a", unknown, 0, 0), picked("b", unknown, 0, 1)}, 0.05, 1, 0, 0, 1},
	} {
		p := choose(goal{name: "g", metric: "cpu_per_message"}, c.rows, c.relevant)
		if len(p.Lanes) != c.lanes || len(p.missed) != c.missed || len(p.undecided) != c.undecided || len(p.unclear) != c.unclear {
			t.Errorf("%s: %+v", c.name, p)
		}
	}
}
