package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// diffPage is the comparison of two runs, or of two lanes of one, in a terminal and in a pull request, as words.
type diffPage struct {
	Runs      []results.Setting // old and new
	Pairing   string            // what is in the ratios besides the two programs
	Needs     string            // how many trials make an interval
	Warnings  []string          // what else than the program differs
	Lines     []diffLine
	Unchanged []unchanged // without a line: what is equal, and what is undecided
	Counts    string      // from what on a difference has a verdict
	Few       bool        // no figure has enough trials for an interval
	Notes     notes

	Comparisons int // verdicts that could have gone either way
}

// unchanged are comparisons that call no difference, of one kind.
type unchanged struct {
	Heading string
	Lanes   []results.Setting // of each lane, the metrics, and within what or how far apart
}

type diffLine struct {
	Metric                        string // empty below a line of the same metric
	Lane, Old, New, Ratio, Bounds string

	Sign, Word string
	Notes      []int
}

func newDiffPage(d *results.Diff, all bool) diffPage {
	p := diffPage{
		Counts:   "A difference counts from " + words.InPercent(d.Relevant) + " on (--relevant), and beyond the noise of its metric where a run has it.",
		Runs:     sides(d),
		Warnings: slices.Concat(otherwise(d), disturbed(d), d.Alone),
		Few:      !slices.ContainsFunc(d.Rows, func(r results.DiffRow) bool { return !math.IsNaN(r.RatioLow) }),
	}
	p.Pairing, p.Needs = pairing(d)
	metric := ""
	for _, r := range d.Rows {
		if r.Verdict != stats.Unclear {
			p.Comparisons++
		}
		switch {
		case all:
		case r.Verdict == stats.Same: // it is below the table
			continue
		case r.Old.N == 0 && r.New.N == 0: // the report of either run has the reason
			continue
		}
		l := p.line(r)
		if r.Metric == metric {
			l.Metric = ""
		}
		metric = r.Metric
		p.Lines = append(p.Lines, l)
	}
	if !all {
		p.add(d, "Equal in %d of %d comparisons; in percent, within what", words.Decided)
		p.add(d, "Undecided in %d of %d comparisons; up to how many times apart", func(within float64) bool { return !words.Decided(within) })
	}
	return p
}

// add folds the comparisons that call no difference and are of one kind.
func (p *diffPage) add(d *results.Diff, heading string, kind func(within float64) bool) {
	n, metrics := 0, map[results.Contestant][]string{}
	for _, r := range d.Rows {
		if r.Verdict == stats.Same && kind(r.Within) {
			n++
			metrics[r.Contestant()] = append(metrics[r.Contestant()], r.Metric+shown(r.Within))
		}
	}
	if n == 0 {
		return
	}
	u := unchanged{Heading: fmt.Sprintf(heading, n, p.Comparisons)}
	for _, c := range d.Contestants() {
		if len(metrics[c]) > 0 {
			u.Lanes = append(u.Lanes, results.Setting{Name: c.String(), Value: strings.Join(metrics[c], ", ")})
		}
	}
	p.Unchanged = append(p.Unchanged, u)
}

func (p *diffPage) line(r results.DiffRow) diffLine {
	u := words.UnitOf(r.Metric, r.Unit)
	l := diffLine{Metric: r.Metric, Lane: r.Contestant().String(), Old: u.Number(r.Old.Median), New: u.Number(r.New.Median)}
	if r.Old.N > 0 && r.New.N > 0 && !math.IsNaN(r.Ratio) { // infinite where the old run has none
		l.Ratio = words.Times(r.Ratio) + "x"
	}
	if !math.IsNaN(r.RatioLow) {
		l.Bounds = "[" + words.Times(r.RatioLow) + ", " + words.Times(r.RatioHigh) + "]"
	}
	l.Sign, l.Word = diffWords(r)
	l.Notes = p.Notes.add(diffRemarks(r, p.Few)...)
	return l
}

// diffWords puts a verdict into a sign for the terminal and words for a pull request.
func diffWords(r results.DiffRow) (sign, word string) {
	switch {
	case r.Verdict == stats.Same:
		return words.Equal(r.Within), words.Equal(r.Within)
	case r.Verdict == stats.Better, r.Verdict == stats.Worse:
		return r.Verdict, "**" + r.Verdict + "**"
	case r.Verdict != stats.Unclear:
		return r.Verdict, r.Verdict
	case r.Old.N == 0 || r.New.N == 0:
		sign = "not measured"
	case math.IsNaN(r.RatioLow) && !math.IsNaN(r.Ratio):
		sign = "too few trials"
	default:
		sign = "not comparable"
	}
	return sign, sign
}

// glue is a space at which no line ends.
const glue = "\u00a0"

// shown is the text behind a metric that did not change: empty where it is exactly the same.
func shown(within float64) string {
	switch {
	case !words.Finite(within): // the interval has no bound on one side
		return glue + "?"
	case !words.Decided(within):
		return glue + words.Ratio(1+within)
	case words.Visible(within):
		return glue + words.AtMost(within)
	default:
		return ""
	}
}

// disturbed is what the trials of either run warn of.
func disturbed(d *results.Diff) (out []string) {
	for i, side := range []string{"old run: ", "new run: "} {
		if d.Paired() { // one run
			side = ""
		}
		for _, t := range d.Touched[i] {
			out = append(out, side+touchWords(t))
		}
	}
	return out
}

// diffRemarks are the footnotes of a row. A bound of a median alone is not shown here, so that it is missing is no news;
// nor is, where nothing has enough trials, that a row has not.
func diffRemarks(r results.DiffRow, few bool) []string {
	var out []string
	for _, w := range r.Footnotes {
		if w.Code == results.NoInterval || few && w.Code == results.NoComparison {
			continue
		}
		out = append(out, words.Readable(w, words.UnitOf(r.Metric, r.Unit)).String())
	}
	return out
}
