package report

import (
	"math"
	"testing"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
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
		control := results.SummaryRow{Lane: "a+control", Control: true, Noise: c.noise, Comparison: results.Comparison{Ratio: 1.2, Verdict: c.verdict}}
		_, got := apart([]results.SummaryRow{{Lane: "a", Noise: c.noise}, control})
		if got != c.want {
			t.Errorf("%v %s: %q, want %q", c.noise, c.verdict, got, c.want)
		}
	}
}

// A verdict that calls no difference says why, and nothing that is not known: in the report, and in the sentence of a caption.
func TestWordsOfNoDifference(t *testing.T) {
	for _, c := range []struct {
		name                     string
		ratio, low, high, within float64
		blocks                   int
		word, caption            string
	}{
		{"the same", 1, 1, 1, 0, 0, "equal", ", equal to tcp"},
		{"nearly", 1.001, 0.99, 1.03, 0.03, 0, "equal within 3%", ", equal within 3% of tcp"},
		{"too few blocks", 1.01, 0.9, 1.2, 0.2, 40, "equal within 20%; 5% would take about 40 blocks", ", equal within 20% of tcp"},
		{"inside the noise", 1.3, 1.2, 1.4, 0.4, 40, "equal within 40%; the difference is inside the noise", ", equal within 40% of tcp"},
		{"far apart", 3, 2, 8.74, 7.74, 40, "undecided (up to 8.74x apart)", ", undecided against tcp (up to 8.74x apart)"},
		{"a wide interval", 1.5, 0.5, 4, 3, 40, "undecided (up to 4.00x apart); 5% would take about 40 blocks", ", undecided against tcp (up to 4.00x apart)"},
		{"no bound", 1, 0, 4, math.Inf(1), 0, "undecided", ", undecided against tcp"},
		{"no bound, below", 0.3, 0, 0.5, math.Inf(1), 0, "undecided", ", undecided against tcp"},
	} {
		r := results.SummaryRow{
			N: 6, Comparison: results.Comparison{
				Verdict: stats.Same, Baseline: "tcp", Ratio: c.ratio, RatioLow: c.low, RatioHigh: c.high, Within: c.within, BlocksToSee: c.blocks,
			},
		}
		if _, word := verdictWords(r, 0.05); word != c.word {
			t.Errorf("%s: %q, want %q", c.name, word, c.word)
		}
		if caption := words.Comparison(r); caption != c.caption {
			t.Errorf("%s: %q, want %q", c.name, caption, c.caption)
		}
	}
}
