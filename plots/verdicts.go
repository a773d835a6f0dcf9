package plots

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// verdicts is what the table in the terminal and the one in the report both say, as words.
type verdicts struct {
	Baseline    string
	Metrics     []metricVerdict
	Constant    []string // figures that are the same in every trial of every lane
	Notes       notes
	Few         string // why intervals are absent; empty: they are not
	Comparisons int    // verdicts that could have gone either way

	constantNotes []int
}

type metricVerdict struct {
	Name  string
	Lanes []laneVerdict
}

type laneVerdict struct {
	Lane, Median, Interval, Ratio, RatioInterval string

	Sign  string // for the terminal
	Word  string // for the report
	Notes []int
}

func newVerdicts(rows []results.SummaryRow) verdicts {
	var v verdicts
	if n := most(rows); len(rows) > 0 && n < stats.MinTrials {
		v.Few = fmt.Sprintf("No intervals and no verdicts: they need %d trials a lane, there are at most %d.", stats.MinTrials, n)
	}
	var same []results.SummaryRow
	for _, group := range byMetric(rows) {
		group, noise := apart(group)
		v.Baseline = group[0].Baseline
		if text, ok := constant(group); ok {
			v.Constant = append(v.Constant, text)
			same = append(same, group...)
			continue
		}
		m := metricVerdict{Name: group[0].Metric}
		for _, r := range group {
			if r.Verdict != stats.Baseline && r.Verdict != stats.Unclear {
				v.Comparisons++
			}
			m.Lanes = append(m.Lanes, v.lane(r, noise))
		}
		v.Metrics = append(v.Metrics, m)
	}
	v.constantNotes = v.note(same...)
	return v
}

func (v *verdicts) lane(r results.SummaryRow, noise string) laneVerdict {
	u := unitOf(r.Metric, r.Unit)
	sign, word := verdictWords(r)
	if r.Verdict == stats.Baseline {
		sign, word = sign+noise, word+noise
	}
	one := laneVerdict{
		Lane: r.Lane, Median: u.number(r.Median), Interval: u.interval(r.Median, r.Low, r.High), Sign: sign, Word: word,
		RatioInterval: ratioInterval(r.RatioLow, r.RatioHigh),
	}
	if finite(r.Ratio) {
		one.Ratio = ratio(r.Ratio)
	}
	one.Notes = v.note(r)
	return one
}

// apart takes the rows of a twin out of a metric's, and says how far the baseline seemed from itself.
func apart(group []results.SummaryRow) (contestants []results.SummaryRow, noise string) {
	for _, r := range group {
		switch {
		case !r.Twin:
			contestants = append(contestants, r)
		case visible(r.Noise()):
			noise = " (noise " + inPercent(r.Noise()) + ")"
			if r.Verdict != stats.Same {
				noise = " (differs from itself: " + ratio(r.Ratio) + ")"
			}
		}
	}
	return contestants, noise
}

// verdictWords puts a verdict into a sign for the terminal and words for the report.
func verdictWords(r results.SummaryRow) (sign, word string) {
	switch r.Verdict {
	case stats.Same:
		sign, word = sameWords(r)
	case stats.Unclear, "":
		switch {
		case r.N == 0:
			sign = "not measured"
		case lossy(r):
			sign = "not comparable"
		case r.N < stats.MinTrials, finite(r.Ratio) && !finite(r.RatioLow):
			sign = "too few trials"
		default:
			sign = "not comparable"
		}
		word = sign
	case stats.Baseline:
		sign, word = "baseline", "baseline"
		if r.N == 0 {
			sign, word = "not measured", "not measured"
		}
	case stats.Better:
		sign, word = r.Verdict, "**better**"
	default:
		sign, word = r.Verdict, r.Verdict
	}
	return sign, word
}

// sameWords say that no difference was seen, which one would have been, and what a smaller one takes.
func sameWords(r results.SummaryRow) (sign, word string) {
	sign, word = stats.Same, "no significant difference"
	if visible(r.Resolution) {
		sign += fmt.Sprintf(" (%s would show", inPercent(r.Resolution))
		word += fmt.Sprintf(" (%s would show", inPercent(r.Resolution))
		if r.BlocksToSee5 > r.N { // otherwise the interval is already narrow enough
			sign += fmt.Sprintf(", 5 %% takes %d blocks", r.BlocksToSee5)
			word += fmt.Sprintf("; 5 %% would take about %d blocks", r.BlocksToSee5)
		}
		sign, word = sign+")", word+")"
	}
	return sign, word
}

// byMetric groups rows, metrics and lanes in the order of their first appearance.
func byMetric(rows []results.SummaryRow) [][]results.SummaryRow {
	var out [][]results.SummaryRow
	place := map[string]int{}
	for _, r := range rows {
		i, ok := place[r.Metric]
		if !ok {
			i = len(out)
			place[r.Metric] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// constant finds figures that need no table: one and the same value in every trial of every lane.
func constant(group []results.SummaryRow) (string, bool) {
	if len(group[0].Values) == 0 {
		return "", false
	}
	value := group[0].Values[0].Value
	for _, r := range group {
		if r.N == 0 || lossy(r) {
			return "", false
		}
		for _, v := range r.Values {
			if !same(v.Value, value) {
				return "", false
			}
		}
	}
	return group[0].Metric + " " + unitOf(group[0].Metric, group[0].Unit).number(value), true
}
