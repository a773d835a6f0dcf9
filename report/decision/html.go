package decision

import (
	"bytes"
	"io"

	"github.com/pushbench/pushbench/report/webpage"
	"github.com/pushbench/pushbench/results/words"
)

// Picture is a chart of the options.
type Picture struct {
	webpage.Picture

	File string // by which the page shows it, as charts/cpu-half.svg
}

// HTML writes the same page as one file that needs no other.
func (d *Decision) HTML(w io.Writer) error {
	var b bytes.Buffer
	if err := d.Markdown(&b); err != nil {
		return err
	}
	p := webpage.Page{Title: d.title(), Parts: []webpage.Part{{Name: "decision.md", Text: b.Bytes()}}, Figures: map[webpage.Cell]string{}, Pictures: map[string]webpage.Picture{}}
	for _, one := range d.Pictures {
		p.Pictures[one.File] = one.Picture
	}
	for lane, rows := range d.rows {
		for metric, r := range rows {
			if r.N > 0 {
				p.Figures[webpage.Cell{Lane: lane, Metric: metric}] = words.Figure(r)
			}
		}
	}
	return webpage.Write(w, p)
}

// title is what the decision is about.
func (d *Decision) title() string {
	return "How to push to " + words.Thousands(d.Workload.Users) + " users"
}
