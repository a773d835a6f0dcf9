package plots

import (
	"math"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// How far the baseline seemed from itself stands beside it, in words where no number says it.
func TestNoiseWords(t *testing.T) {
	for _, c := range []struct {
		noise   float64
		verdict string
		want    string
	}{
		{math.NaN(), stats.Unclear, ""},
		{0, stats.Same, ""},
		{0.0312, stats.Same, " (noise 3.2%)"},
		{7.74, stats.Same, " (noise 774%)"},
		{math.Inf(1), stats.Same, " (noise without bound)"},
		{0.3, stats.Worse, " (differs from itself: 1.20x)"},
		{math.Inf(1), stats.Worse, " (differs from itself: 1.20x)"},
	} {
		_, got := apart([]results.SummaryRow{{Lane: "a", Noise: c.noise}, {Lane: "a+twin", Twin: true, Noise: c.noise, Ratio: 1.2, Verdict: c.verdict}})
		if got != c.want {
			t.Errorf("%v %s: %q, want %q", c.noise, c.verdict, got, c.want)
		}
	}
}
