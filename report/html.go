package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/report/webpage"
	"github.com/pushbench/pushbench/results/words"
)

// HTML writes the pages and their charts as one file that needs no other.
func HTML(in Input, _ Options, w io.Writer) error {
	run := in.Data.Run
	p := webpage.Page{
		Title:    run.Scenario + ": " + laneNames(run.Compared()) + " (" + run.Name + ")",
		Pictures: map[string]webpage.Picture{}, Figures: map[webpage.Cell]string{},
	}
	md, err := newPage(in)
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	for _, file := range mdFiles() {
		var b bytes.Buffer
		if err := md.write(&b, file); err != nil {
			return err
		}
		p.Parts = append(p.Parts, webpage.Part{Name: file, Text: b.Bytes()})
	}
	for _, c := range in.Charts {
		if c.Skipped != "" {
			continue
		}
		one, err := pictureOf(in, c, c.Name)
		if err != nil {
			return fmt.Errorf("html: %w", err)
		}
		p.Pictures[plots.Dir+"/"+c.Name+".svg"] = one
	}
	for _, r := range in.Summary.Rows {
		if r.N > 0 && r.Level == "" {
			p.Figures[webpage.Cell{Lane: r.Lane, Metric: r.Metric}] = words.Figure(r)
		}
	}
	return webpage.Write(w, p)
}

// pictureOf reads the files of a chart by their name, which differs from the chart's for half a page.
func pictureOf(in Input, c plots.Chart, name string) (p webpage.Picture, err error) {
	folder, file := filepath.Join(in.Dir, plots.Dir), name+".svg"
	if p.Light, err = os.ReadFile(filepath.Join(folder, file)); err != nil {
		return p, err
	}
	p.Dark, err = os.ReadFile(filepath.Join(folder, plots.Dark, file))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	p.Words = c.Title + ". " + c.Caption
	return p, err
}
