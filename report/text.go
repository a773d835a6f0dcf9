package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/pushbench/pushbench/results/words"
)

// What a terminal has room for.
const (
	textWidth = 100
	mostTold  = 6 // lines of warnings above the table
)

// Text writes the verdicts for a terminal: the headline metrics, one a line; or every metric with its intervals.
func Text(in Input, o Options, w io.Writer) error {
	d, rows := in.Data, in.Summary.Rows
	shown := rows
	if !o.All {
		shown = headline(d, rows)
	}
	var b bytes.Buffer
	if p := newProgress(d); !p.Complete() {
		b.WriteString(p.String() + "\n\n")
	}
	hints := writeWarnings(&b, warnings(d.Run, in.Summary.Touched), o)
	all, n := tables(d.Run, shown), 0
	for i, v := range all {
		below := precision(d.Run.Precision)
		if i < len(all)-1 {
			below = ""
		}
		if i > 0 {
			b.WriteString("\n")
		}
		if err := v.write(&b, o, below); err != nil {
			return fmt.Errorf("table: %w", err)
		}
		n += len(v.Notes)
	}
	if n > 0 && !o.Notes {
		hints = append(hints, fmt.Sprintf("%d %s below the table: %s --notes", n, words.Plural(n, "note", "notes"), o.Command))
	}
	if !o.All {
		hints = append(hints, hidden(shown, rows, o.Command+" --all"))
	}
	if hints = slices.DeleteFunc(hints, empty); len(hints) > 0 {
		b.WriteString("\n" + strings.Join(hints, "\n") + "\n")
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("table: %w", err)
	}
	return nil
}

// write writes the table, the sentences below it, and the notes if they are asked for.
func (v verdicts) write(out *bytes.Buffer, o Options, below string) error {
	if len(v.Metrics) > 0 {
		table := v.across
		if o.All {
			table = v.align
		}
		if err := table(out, o.Notes); err != nil {
			return err
		}
	}
	legend := ""
	if !o.All && v.Comparisons > 0 {
		legend = v.legend(v.Baseline) + "; 95% intervals: --all."
	}
	footer := slices.Concat([]string{legend}, v.footer(), []string{below})
	for i, line := range slices.DeleteFunc(footer, empty) {
		if i == 0 || o.All {
			out.WriteString("\n")
		}
		out.WriteString(folded(line, ""))
	}
	if o.Notes {
		v.Notes.write(out)
	}
	return nil
}

func empty(s string) bool { return s == "" }

// writeWarnings writes warnings above the table, as many as there is room for, and hints how to see the others.
func writeWarnings(out *bytes.Buffer, all []string, o Options) (hints []string) {
	lines := 0
	for i, warning := range all {
		text := folded("warning: "+warning, "  ")
		lines += strings.Count(text, "\n")
		if !o.Notes && lines > mostTold {
			n := len(all) - i
			hints = append(hints, fmt.Sprintf("%d more %s: %s --notes", n, words.Plural(n, "warning", "warnings"), o.Command))
			break
		}
		out.WriteString(text)
	}
	if out.Len() > 0 && !strings.HasSuffix(out.String(), "\n\n") {
		out.WriteString("\n")
	}
	return hints
}

// across writes one line a metric and one column a lane; of more lanes than there is room for, table below table.
func (v verdicts) across(out *bytes.Buffer, notes bool) error {
	all := v.columns(func(l laneVerdict) string {
		cell := words.Join(l.Median, l.Times)
		if l.Short != "" && v.Few == "" {
			cell += ", " + l.Short
		}
		if notes {
			cell += marks(l.Notes)
		}
		return cell
	})
	metrics := all[0]
	table, room := [][]string{metrics}, textWidth-wide(metrics)
	for _, column := range all[1:] {
		if room -= 2 + wide(column); room < 0 && len(table) > 1 {
			if err := tabulate(out, table); err != nil {
				return err
			}
			out.WriteString("\n")
			table, room = [][]string{metrics}, textWidth-wide(metrics)-2-wide(column)
		}
		table = append(table, column)
	}
	return tabulate(out, table)
}

// wide is the length of the longest cell.
func wide(column []string) (most int) {
	for _, cell := range column {
		most = max(most, utf8.RuneCountInString(cell))
	}
	return most
}

// tabulate writes columns next to each other.
func tabulate(out *bytes.Buffer, table [][]string) error {
	var c columns
	for _, cells := range transposed(table) {
		c.line(cells...)
	}
	return c.write(out)
}

// align writes one line a metric and lane.
func (v verdicts) align(out *bytes.Buffer, notes bool) error {
	var c columns
	line := c.line
	line("metric", v.Compared, "median", "95% interval", "vs "+v.Baseline, "95% interval", "verdict")
	for i, m := range v.Metrics {
		if len(m.Lanes) > 1 || i == 0 {
			line("", "", "", "", "", "", "") // a line without cells would end the columns
		}
		name := m.Name
		for _, l := range m.Lanes {
			sign := l.Sign
			if notes {
				sign += marks(l.Notes)
			}
			line(name, l.Lane, l.Median, l.Interval, l.Ratio, l.RatioInterval, sign)
			name = ""
		}
	}
	return c.write(out)
}

// columns are lines of cells. Their widths are those of the whole table, so that figures align.
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
	return append([]string{v.Few, v.Counts}, v.Unlisted()...)
}

// Unlisted are sentences about metrics that need no lines.
func (v verdicts) Unlisted() []string {
	absent := ""
	if len(v.Absent) > 0 {
		absent = "Not measured: " + strings.Join(v.Absent, ", ") + "."
	}
	return slices.DeleteFunc([]string{absent, v.constants()}, empty)
}

// constants are figures that are the same in every trial.
func (v verdicts) constants() string {
	if len(v.Constant) == 0 {
		return ""
	}
	return "The same in every trial of every lane: " + strings.Join(v.Constant, ", ") + "."
}
