package report

import (
	"math"
	"testing"

	"github.com/pushbench/pushbench/results"
)

// paired is a row of a lane with a figure in each of six blocks, each a little off in its own way.
func paired(lane string, noise, off float64, value float64) results.SummaryRow {
	r := results.SummaryRow{Lane: lane, Metric: "cpu_per_message", Unit: "s", N: 6, Median: value, Noise: noise}
	for block := 1; block <= 6; block++ {
		v := value * math.Exp(off*float64(block%3-1))
		r.Values = append(r.Values, results.TrialValue{Block: block, Trial: block, Value: v})
	}
	return r
}

// No lane is best for a difference inside the noise, below what is relevant, or of 0 from 0.
func TestBestCounts(t *testing.T) {
	unknown := math.NaN()
	for _, c := range []struct {
		name                             string
		rows                             []results.SummaryRow
		relevant                         float64
		lanes, worse, undecided, unclear int
	}{
		{"a difference that counts", []results.SummaryRow{paired("a", 0.02, 0, 1), paired("b", 0.02, 0, 1.1)}, 0.05, 1, 1, 0, 0},
		{"inside the noise", []results.SummaryRow{paired("a", 0.2, 0, 1), paired("b", 0.2, 0, 1.1)}, 0.05, 2, 0, 0, 0},
		{"not relevant", []results.SummaryRow{paired("a", unknown, 0, 1), paired("b", unknown, 0, 1.1)}, 0.15, 2, 0, 0, 0},
		{"nobody knows the noise", []results.SummaryRow{paired("a", unknown, 0, 1), paired("b", unknown, 0, 1.1)}, 0.05, 1, 1, 0, 0},
		{"a noise without bound", []results.SummaryRow{paired("a", math.Inf(1), 0, 1), paired("b", math.Inf(1), 0, 9)}, 0.05, 1, 0, 1, 0},
		{"farther apart than anybody calls equal", []results.SummaryRow{paired("a", 0.02, 0, 1), paired("b", 0.02, 1, 1.1)}, 0.05, 1, 0, 1, 0},
		{"0 and 0", []results.SummaryRow{paired("a", unknown, 0, 0), paired("b", unknown, 0, 0)}, 0.05, 1, 0, 0, 1},
		{"0 and something", []results.SummaryRow{paired("a", unknown, 0, 0), paired("b", unknown, 0, 1)}, 0.05, 1, 0, 0, 1},
	} {
		b := bestOf(c.rows, c.relevant)
		if len(b.lanes) != c.lanes || len(b.worse) != c.worse || len(b.undecided) != c.undecided || len(b.unclear) != c.unclear {
			t.Errorf("%s: %+v", c.name, b)
		}
	}
}
