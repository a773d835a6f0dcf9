package plots

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/results"
)

// notes are what there is to say below a table: numbered from 1, equal texts once.
type notes []string

// add returns the numbers of texts, in order.
func (n *notes) add(texts ...string) []int {
	var out []int
	for _, text := range texts {
		i := slices.Index(*n, text)
		if i < 0 {
			i = len(*n)
			*n = append(*n, text)
		}
		if !slices.Contains(out, i+1) {
			out = append(out, i+1)
		}
	}
	slices.Sort(out)
	return out
}

// write lists them for a terminal.
func (n notes) write(out *bytes.Buffer) {
	for i, note := range n {
		if i == 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(out, "[%d] %s\n", i+1, note)
	}
}

// note numbers what there is to say about rows.
func (v *verdicts) note(rows ...results.SummaryRow) []int {
	var texts []string
	for _, r := range rows {
		texts = append(texts, results.Texts(remarks(r, v.Few != ""))...)
	}
	return v.Notes.add(texts...)
}

// remarks are the footnotes of a row; with too few trials in all of the run, without those that only repeat it.
func remarks(r results.SummaryRow, few bool) (out []results.Warning) {
	for _, w := range r.Footnotes {
		if few && (w.Code == results.NoInterval || w.Code == results.NoComparison) {
			continue
		}
		out = append(out, readable(w, unitOf(r.Metric, r.Unit)))
	}
	return out
}

// readable gives the value of an outlier its unit: files hold base units.
func readable(w results.Warning, u unit) results.Warning {
	if v, ok := w.Args["value"].(float64); ok && w.Code == results.OddValue {
		return w.With("value", u.number(v))
	}
	return w
}

// most returns the largest number of trials a row has.
func most(rows []results.SummaryRow) int {
	n := 0
	for _, r := range rows {
		n = max(n, r.N)
	}
	return n
}

// lossy tells rows whose verdict was taken back because this lane or the baseline lost messages (rule 11).
func lossy(r results.SummaryRow) bool {
	return slices.ContainsFunc(r.Warnings, results.Warning.LessReach)
}
