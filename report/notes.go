package report

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// notes are the footnotes of a table: numbered from 1, equal texts once.
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

// note numbers the footnotes of rows.
func (v *verdicts) note(rows ...results.SummaryRow) []int {
	var texts []string
	for _, r := range rows {
		texts = append(texts, results.Texts(words.Remarks(r, v.Few != ""))...)
	}
	return v.Notes.add(texts...)
}
