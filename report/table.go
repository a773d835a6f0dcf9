package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/results"
)

// mostTold are as many warnings as leave room for the verdicts in a terminal.
const mostTold = 12

// Table writes the verdicts as aligned text, for a terminal: of the headline metrics, with the command that shows all; or
// of all metrics, where that is empty.
func Table(d *results.Data, s results.Summary, all string, w io.Writer) error {
	rows := s.Rows
	shown := rows
	if all != "" {
		shown = headline(d, rows)
	}
	v := newVerdicts(d.Run, shown)
	var b bytes.Buffer
	if p := newProgress(d); !p.Complete() {
		b.WriteString(p.String() + "\n\n")
	}
	told := warnings(d.Run, s.Touched)
	for _, line := range told[:min(len(told), mostTold)] {
		b.WriteString(folded("warning: "+line, "  "))
	}
	if more := len(told) - mostTold; more > 0 {
		fmt.Fprintf(&b, "warning: and %d more in the report\n", more)
	}
	if b.Len() > 0 && !strings.HasSuffix(b.String(), "\n\n") {
		b.WriteString("\n")
	}
	if len(v.Metrics) > 0 {
		if err := v.align(&b); err != nil {
			return fmt.Errorf("table: %w", err)
		}
	}
	for _, line := range append(v.footer(), precision(d.Run.Precision), hidden(shown, rows, all)) {
		if line != "" {
			b.WriteString("\n" + line + "\n")
		}
	}
	v.Notes.write(&b)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}

// align writes one line a metric and lane.
func (v verdicts) align(out *bytes.Buffer) error {
	var c columns
	line := c.line
	line("metric", "lane", "median", "95% interval", "vs "+v.Baseline, "95% interval", "verdict")
	for i, m := range v.Metrics {
		if len(m.Lanes) > 1 || i == 0 {
			line("", "", "", "", "", "", "") // a line without cells would end the columns
		}
		name := m.Name
		for _, l := range m.Lanes {
			line(name, l.Lane, l.Median, l.Interval, l.Ratio, l.RatioInterval, l.Sign+marks(l.Notes))
			name = ""
		}
	}
	return c.write(out)
}

// columns are lines of cells. Their widths are those of the whole table, so that figures stand below figures.
type columns struct{ text bytes.Buffer }

func (c *columns) line(cells ...string) { c.text.WriteString(strings.Join(cells, "\t") + "\n") }

func (c *columns) write(out *bytes.Buffer) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if _, err := t.Write(c.text.Bytes()); err != nil {
		return err
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for l := range strings.Lines(b.String()) {
		out.WriteString(strings.TrimRight(l, " \n") + "\n")
	}
	return nil
}

// marks are the numbers of notes behind a verdict.
func marks(notes []int) string {
	out := ""
	for _, n := range notes {
		out += fmt.Sprintf(" [%d]", n)
	}
	return out
}

// footer are the sentences below the table.
func (v verdicts) footer() []string {
	var out []string
	if v.Few != "" {
		out = append(out, v.Few)
	}
	if v.Counts != "" {
		out = append(out, v.Counts)
	}
	if len(v.Absent) > 0 {
		out = append(out, "Not measured: "+strings.Join(v.Absent, ", ")+".")
	}
	if len(v.Constant) > 0 {
		out = append(out, "The same in every trial of every lane: "+strings.Join(v.Constant, ", ")+".")
	}
	return out
}
