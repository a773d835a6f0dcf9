package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// verdicts is the table of the terminal and of the report, as words.
type verdicts struct {
	Compared    string // what the lines are: lane, or the key whose levels have
	Baseline    string
	Metrics     []metricVerdict
	Constant    []string // figures that are the same in every trial of every lane
	Notes       notes
	Few         string   // why intervals are absent; empty: they are not
	Comparisons int      // verdicts that could have gone either way
	Counts      string   // from what on a difference has a verdict; empty: there is none to have
	Absent      []string // metrics no lane has, each with the reason
}

type metricVerdict struct {
	Name  string
	Lanes []laneVerdict
}

type laneVerdict struct {
	Lane, Median, Interval, Ratio, RatioInterval string

	Times string // the ratio, unless what it says is equal or undecided
	Short string // the verdict behind it, for a table with a column a lane
	Sign  string // for a line of the terminal
	Word  string // for the report
	Notes []int
}

// tables are those of the lanes, at each level, and of the levels of each lane, where there are any.
func tables(run results.Run, rows []results.SummaryRow) []verdicts {
	lanes := newVerdicts(run, rows, "lane", " at ")
	if run.Vary == nil {
		return []verdicts{lanes}
	}
	levels := newVerdicts(run, acrossLevels(rows), run.Vary.Key, " of ")
	if len(run.Compared()) == 1 {
		return []verdicts{levels}
	}
	levels.Few, levels.Counts, levels.Absent, levels.Constant = "", "", nil, nil // as above
	return []verdicts{lanes, levels}
}

// acrossLevels are the rows as comparisons of levels: lane and level change places.
func acrossLevels(rows []results.SummaryRow) (out []results.SummaryRow) {
	for _, r := range rows {
		if r.Across.Verdict != "" {
			r.Lane, r.Level, r.Comparison = r.Level, r.Lane, r.Across
			out = append(out, r)
		}
	}
	return out
}

// newVerdicts makes the table of what is compared; where is the word before the level of a group of lines.
func newVerdicts(run results.Run, rows []results.SummaryRow, compared, where string) verdicts {
	v := verdicts{Compared: compared}
	if n := results.MostTrials(rows); len(rows) > 0 && n < stats.MinTrials {
		v.Few = fmt.Sprintf("No intervals and no verdicts: they need %d trials a lane, there are at most %d.", stats.MinTrials, n)
	}
	for _, metric := range byMetric(rows) {
		group, _ := apart(metric)
		v.Baseline = group[0].Baseline
		if why, ok := absent(group); ok {
			v.Absent = append(v.Absent, group[0].Metric+" ("+why+")")
			continue
		}
		if text, ok := constant(group); ok {
			v.Constant = append(v.Constant, text)
			continue
		}
		for _, group := range grouped(metric, func(r results.SummaryRow) string { return r.Level }) {
			group, noise := apart(group)
			m := metricVerdict{Name: group[0].Metric}
			if level := group[0].Level; level != "" {
				m.Name += where + level
			}
			for _, r := range group {
				if r.Verdict != stats.Baseline && r.Verdict != stats.Unclear {
					v.Comparisons++
				}
				m.Lanes = append(m.Lanes, v.lane(r, noise, run.Relevance()))
			}
			v.Metrics = append(v.Metrics, m)
		}
	}
	if v.Comparisons > 0 {
		v.Counts = "A difference counts from " + words.InPercent(run.Relevance()) + " on (--relevant)"
		if slices.ContainsFunc(rows, func(r results.SummaryRow) bool { return r.Control }) {
			v.Counts += ", and beyond the noise of its metric"
		}
		v.Counts += "."
	}
	return v
}

func (v *verdicts) lane(r results.SummaryRow, noise string, relevant float64) laneVerdict {
	u := words.UnitOf(r.Metric, r.Unit)
	sign, word := verdictWords(r, relevant)
	if r.Verdict == stats.Baseline {
		sign, word = sign+noise, word+noise
	}
	one := laneVerdict{
		Lane: r.Lane, Median: u.Number(r.Median), Interval: u.Interval(r.Median, r.Low, r.High), Sign: sign, Word: word,
	}
	if words.Finite(r.Ratio) && r.Ratio > 0 { // a ratio of 0 adds nothing to a figure of 0
		one.Ratio, one.RatioInterval = words.Ratio(r.Ratio), words.RatioInterval(r.RatioLow, r.RatioHigh)
	}
	if r.Verdict != stats.Same {
		one.Times = one.Ratio
	}
	one.Short = shortened(r, sign)
	one.Notes = v.note(r)
	return one
}

// shortened is the verdict without how far apart is possible; the baseline needs none.
func shortened(r results.SummaryRow, sign string) string {
	switch {
	case r.Verdict == stats.Same && !words.Decided(r.Within):
		return "undecided"
	case r.Verdict == stats.Baseline && r.N > 0:
		return ""
	default:
		return sign
	}
}

// apart takes the rows of the A/A control out of a metric's, and is how far the baseline seemed from itself.
func apart(group []results.SummaryRow) (contestants []results.SummaryRow, noise string) {
	for _, r := range group {
		switch {
		case !r.Control:
			contestants = append(contestants, r)
		case words.Visible(r.Noise):
			noise = " (noise " + words.AtMost(r.Noise) + ")"
			if !words.Finite(r.Noise) {
				noise = " (noise without bound)"
			}
			if r.Verdict != stats.Same {
				noise = " (differs from itself: " + words.Ratio(r.Ratio) + ")"
			}
		}
	}
	return contestants, noise
}

// verdictWords puts a verdict into a sign for the terminal and words for the report.
func verdictWords(r results.SummaryRow, relevant float64) (sign, word string) {
	switch r.Verdict {
	case stats.Same:
		sign = words.Equal(r.Within)
		word = sign + narrower(r, relevant)
	case stats.Unclear, "":
		switch {
		case r.N == 0:
			sign = "not measured"
		case r.Lossy():
			sign = "not comparable"
		case bothZero(r):
			sign = "both 0"
		case r.N < stats.MinTrials, words.Finite(r.Ratio) && !words.Finite(r.RatioLow):
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

// bothZero reports whether there is no ratio because the figure is 0 on both sides, and no message was lost.
func bothZero(r results.SummaryRow) bool {
	return !r.Lossy() && slices.ContainsFunc(r.Warnings, func(w results.Warning) bool { return w.Code == results.BothZero })
}

// mostBlocks is more than is worth running.
const mostBlocks = 100

// narrower is why a difference does not count, or how many blocks a smaller one takes.
func narrower(r results.SummaryRow, relevant float64) string {
	inNoise := (r.RatioLow > 1 || r.RatioHigh < 1) && stats.Distance(r.Ratio) >= relevant
	switch {
	case inNoise && words.Decided(r.Within):
		return "; the difference is inside the noise"
	case !inNoise && r.Within > relevant && r.BlocksToSee > r.N && r.BlocksToSee <= mostBlocks:
		return fmt.Sprintf("; %s would take about %d blocks", words.InPercent(relevant), r.BlocksToSee)
	default:
		return ""
	}
}

// absent finds metrics no lane has: they need no lines, but a reason.
func absent(group []results.SummaryRow) (why string, ok bool) {
	var reasons []string
	for _, r := range group {
		if r.N > 0 {
			return "", false
		}
		for _, w := range r.Warnings {
			if why := w.Reason(); !slices.Contains(reasons, why) {
				reasons = append(reasons, why)
			}
		}
	}
	if len(reasons) == 0 {
		reasons = []string{"no trial counts"}
	}
	return strings.Join(reasons, "; "), true
}

// byMetric groups rows, metrics and lanes in the order of their first appearance.
func byMetric(rows []results.SummaryRow) [][]results.SummaryRow {
	return grouped(rows, func(r results.SummaryRow) string { return r.Metric })
}

func grouped(rows []results.SummaryRow, by func(results.SummaryRow) string) [][]results.SummaryRow {
	var out [][]results.SummaryRow
	place := map[string]int{}
	for _, r := range rows {
		i, ok := place[by(r)]
		if !ok {
			i = len(out)
			place[by(r)] = i
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
		if r.N == 0 || r.Lossy() {
			return "", false
		}
		for _, v := range r.Values {
			if !words.Same(v.Value, value) {
				return "", false
			}
		}
	}
	return group[0].Metric + " " + words.UnitOf(group[0].Metric, group[0].Unit).Number(value), true
}
