package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/pushbench/pushbench/internal/plain"
)

// Format is one way to write a report.
type Format struct {
	Name  string
	Write func(io.Writer, *Report) error
}

// Formats is the table.
func Formats() []Format {
	return []Format{{"text", writeText}, {"json", writeJSON}, {"markdown", writeMarkdown}}
}

// part is a group of findings under a title.
type part struct {
	title    string
	findings []Finding
}

func (r *Report) parts() []part {
	all := []part{{fmt.Sprintf("%s (%s), kept for %s", plain.Line(r.URL), r.Transport, r.For), r.Findings}}
	if r.Origin != "" {
		all = append(all, part{"the origin, " + plain.Line(r.Origin), r.AtOrigin}, part{"which side it is", r.Compared})
	}
	return all
}

// summary counts the findings of the endpoint and of the comparison.
func (r *Report) summary() string {
	n := map[Level]int{}
	for _, f := range r.Findings {
		n[f.Level]++
	}
	return fmt.Sprintf("%s, %s, %d unknown, %d ok", count(n[Fault], "fault"), count(n[Hint], "hint"), n[Unknown], n[OK])
}

func writeText(out io.Writer, r *Report) error {
	for _, p := range r.parts() {
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, p.title)
		for _, f := range p.findings {
			fmt.Fprintf(w, "%s\t%s\t%s\n", f.Level, f.Check, plain.Line(f.Seen))
			if f.Fix != "" {
				fmt.Fprintf(w, "\t\tfix: %s\n", plain.Line(f.Fix))
			}
			if f.Source != "" {
				fmt.Fprintf(w, "\t\tsee: %s\n", f.Source)
			}
		}
		fmt.Fprintln(w)
		if err := w.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out, r.summary())
	return err
}

func writeJSON(out io.Writer, r *Report) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

func writeMarkdown(out io.Writer, r *Report) error {
	var b strings.Builder
	for _, p := range r.parts() {
		fmt.Fprintf(&b, "### %s\n\n| | check | seen | fix |\n|---|---|---|---|\n", plain.Markdown(p.title))
		for _, f := range p.findings {
			fix := plain.Markdown(f.Fix)
			if f.Source != "" {
				fix = strings.TrimSpace(fix + " ([source](" + f.Source + "))")
			}
			level := string(f.Level)
			if f.Level == Fault {
				level = "**fault**"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", level, f.Check, plain.Markdown(f.Seen), fix)
		}
		b.WriteByte('\n')
	}
	b.WriteString(r.summary() + "\n")
	_, err := io.WriteString(out, b.String())
	return err
}
