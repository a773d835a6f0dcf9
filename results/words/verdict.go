package words

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// MostNamed is how many lanes a sentence names one by one; of more it names the ends.
const MostNamed = 4

// Decided tells a bound that people decide by: who may be more than twice the other is not known to be equal.
func Decided(within float64) bool { return within <= 1 }

// Equal says within what two figures are equal, or that this is not known.
func Equal(within float64) string {
	switch {
	case !Decided(within):
		return "undecided" + Farthest(within)
	case !Visible(within):
		return "equal"
	default:
		return "equal within " + AtMost(within)
	}
}

// Farthest says how far apart undecided figures may be; empty where nothing bounds it.
func Farthest(within float64) string {
	if !Finite(within) {
		return ""
	}
	return " (up to " + Ratio(1+within) + " apart)"
}

// Visible tells a share that would not be written as 0.
func Visible(share float64) bool { return share >= 0.0005 }

// Remarks are the footnotes of a row; with too few trials in all of the run, without those that only repeat it.
func Remarks(r results.SummaryRow, few bool) (out []results.Warning) {
	for _, w := range r.Footnotes {
		if few && (w.Code == results.NoInterval || w.Code == results.NoComparison) {
			continue
		}
		out = append(out, Readable(w, UnitOf(r.Metric, r.Unit)))
	}
	return out
}

// Readable gives the value of an outlier its unit: files hold base units.
func Readable(w results.Warning, u Unit) results.Warning {
	if v, ok := w.Args["value"].(float64); ok && w.Code == results.OddValue {
		return w.With("value", u.Number(v))
	}
	return w
}

// Comparison says how a lane compares with the baseline; empty: nothing can be said.
func Comparison(r results.SummaryRow) string {
	switch r.Verdict {
	case stats.Better, stats.Worse, stats.More, stats.Less:
		return ", " + Compared(r) + " " + r.Baseline
	case stats.Same:
		switch {
		case !Decided(r.Within):
			return ", undecided against " + r.Baseline + Farthest(r.Within)
		case !Visible(r.Within):
			return ", equal to " + r.Baseline
		default:
			return ", " + Compared(r) + " of " + r.Baseline
		}
	default:
		return ""
	}
}

// Compared says the same where the baseline stands beside it.
func Compared(r results.SummaryRow) string {
	switch r.Verdict {
	case stats.Better, stats.Worse, stats.More, stats.Less:
		return Ratio(r.Ratio)
	case stats.Same:
		return Equal(r.Within)
	default:
		return ""
	}
}
