package plots

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// phrasing turns a figure into words: "ws-gorilla holds 8.42 KiB per connection".
type phrasing struct{ verb, object string }

// sentence states a metric's rows: figure, interval, and how each lane compares with the first.
func (v *view) sentence(metric string, p phrasing) string {
	rows := v.Known(metric)
	if len(rows) > words.MostNamed {
		return v.ends(rows, p)
	}
	var parts []string
	for i, r := range rows {
		parts = append(parts, figureWords(r, p, i == 0))
	}
	return strings.Join(parts, "; ")
}

// ends names the lanes with the lowest and the highest figure.
func (v *view) ends(rows []results.SummaryRow, p phrasing) string {
	byMedian := func(a, b results.SummaryRow) int {
		switch {
		case a.Median < b.Median:
			return -1
		case a.Median > b.Median:
			return 1
		default:
			return 0
		}
	}
	low, high := slices.MinFunc(rows, byMedian), slices.MaxFunc(rows, byMedian)
	return fmt.Sprintf("%s; %s; the other %d lanes lie between them",
		figureWords(low, p, true), figureWords(high, p, false), len(rows)-2)
}

func figureWords(r results.SummaryRow, p phrasing, first bool) string {
	u := words.UnitOf(r.Metric, r.Unit)
	parts := []string{r.Lane, u.Number(r.Median)}
	if first {
		parts = []string{r.Lane, p.verb, u.Number(r.Median), p.object}
	}
	parts = append(parts, u.Interval(r.Median, r.Low, r.High))
	parts = slices.DeleteFunc(parts, func(w string) bool { return w == "" })
	return strings.Join(parts, " ") + words.Comparison(r)
}

// caption joins a sentence with where its figures come from and what is wrong with them.
func (v *view) caption(sentence, how string, metrics ...string) string {
	return v.captionOf(sentence, how, v.Known(metrics...))
}

func (v *view) captionOf(sentence, how string, rows []results.SummaryRow) string {
	parts := []string{sentence + "."}
	if origin := v.origin(how, rows); origin != "" {
		parts = append(parts, origin)
	}
	return strings.Join(append(parts, v.caveats(rows)...), " ")
}

// origin states how figures were measured, from how many trials, where and when.
func (v *view) origin(how string, rows []results.SummaryRow) string {
	var parts []string
	if how != "" {
		parts = append(parts, how)
	}
	if len(rows) > 0 {
		byN := func(a, b results.SummaryRow) int { return a.N - b.N }
		least, most := slices.MinFunc(rows, byN).N, slices.MaxFunc(rows, byN).N
		trials := words.Span(least, most) + words.Plural(most, " trial", " trials") + " a lane"
		if v.Data.Run.Vary != nil {
			trials += " and level"
		}
		if most < stats.MinTrials {
			trials += " (too few for an interval)"
		}
		parts = append(parts, trials)
	}
	if reader := v.Data.Run.Reader; reader != "" {
		parts = append(parts, "reader "+reader)
	}
	if cpu := strings.TrimSpace(v.Data.Run.Environment.CPU); cpu != "" {
		parts = append(parts, cpu)
	}
	if !v.Data.Run.Started.IsZero() {
		parts = append(parts, v.Data.Run.Started.UTC().Format("2006-01-02"))
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, ", ") + "."
	return strings.ToUpper(s[:1]) + s[1:]
}
