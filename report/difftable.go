package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results"
)

//go:embed diff.md.tmpl
var diffTemplate string

// DiffMarkdown writes the comparison for a pull request: what changed, or with all every row.
func DiffMarkdown(d *results.Diff, o Options, w io.Writer) error {
	t, err := template.New("diff").Funcs(template.FuncMap{
		"cell": plain.Markdown, "code": plain.Code, "inc": func(i int) int { return i + 1 },
	}).Parse(diffTemplate)
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	if err := t.Execute(w, newDiffPage(d, o.All)); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return nil
}

// DiffText writes the same as aligned text, for a terminal.
func DiffText(d *results.Diff, o Options, w io.Writer) error {
	p := newDiffPage(d, o.All)
	var b bytes.Buffer
	for _, run := range p.Runs {
		fmt.Fprintf(&b, "%s: %s\n", run.Name, run.Value)
	}
	for _, text := range p.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", text)
	}
	if err := p.align(&b); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	for _, u := range p.Unchanged {
		b.WriteString("\n" + u.Heading + ":\n")
		for _, l := range u.Lanes {
			b.WriteString(folded("  "+l.Name+": "+l.Value, "    "))
		}
	}
	for _, line := range p.Footer() {
		b.WriteString("\n" + folded(line, ""))
	}
	p.Notes.write(&b)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return nil
}

func (p diffPage) align(out *bytes.Buffer) error {
	if len(p.Lines) == 0 {
		return nil
	}
	var c columns
	c.line("metric", "lane", "old", "new", "new/old", "95% interval", "verdict")
	c.line("", "", "", "", "", "", "") // a line without cells would end the columns
	for _, l := range p.Lines {
		c.line(l.Metric, l.Lane, l.Old, l.New, l.Ratio, l.Bounds, l.Sign+marks(l.Notes))
	}
	out.WriteString("\n")
	return c.write(out)
}

// Footer are the sentences below the table.
func (p diffPage) Footer() []string {
	switch {
	case p.Few:
		return []string{"No intervals and no verdicts: they need " + p.Needs + "."}
	case p.Comparisons == 0:
		return nil
	}
	return []string{p.Counts, fmt.Sprintf("Of %d comparisons at 95%% confidence, up to %d can be expected to call a difference that is none. ", p.Comparisons, falseAlarms(p.Comparisons)) + p.Pairing}
}

// folded breaks a text into lines of at most 100 characters, at spaces that are no glue; later lines begin with an indent.
func folded(text, indent string) string {
	const width = 100
	var b strings.Builder
	column := 0
	for i, word := range strings.Split(strings.ReplaceAll(text, " %", glue+"%"), " ") {
		n := len([]rune(word)) + 1
		switch {
		case i == 0:
			n--
		case column+n > width:
			b.WriteString("\n" + indent)
			column, n = len(indent), n-1
		default:
			b.WriteString(" ")
		}
		b.WriteString(strings.ReplaceAll(word, glue, " "))
		column += n
	}
	return b.String() + "\n"
}
