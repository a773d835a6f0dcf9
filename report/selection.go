package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/results"
)

// Selection is what of a run a reader wants to see.
type Selection struct {
	Lanes   []string // the first as the baseline; none: all
	Metrics []string // none: all
}

// None reports whether nothing is left out.
func (s Selection) None() bool { return len(s.Lanes)+len(s.Metrics) == 0 }

// SelectionDir is the folder within a run's folder that has the report on a selection. The run's own files stay about all of it.
const SelectionDir = "selection"

// WriteSelected writes what Write does, about a selection of the run, into a folder within that of the run. Lanes that the run does not
// have are a results.SelectionError.
func WriteSelected(ctx context.Context, dir string, relevant *float64, s Selection) (Input, error) {
	d, err := load(ctx, dir)
	if err != nil {
		return Input{}, err
	}
	if relevant != nil {
		d.Run.Relevant = relevant
	}
	return writeSelected(ctx, dir, d, s)
}

func writeSelected(ctx context.Context, dir string, d *results.Data, s Selection) (in Input, err error) {
	to := dir
	if !s.None() {
		to = filepath.Join(dir, SelectionDir)
		d, err = s.of(d)
	}
	if err == nil {
		err = os.MkdirAll(to, 0o755)
	}
	if err == nil {
		in, err = write(ctx, to, d, s)
	}
	if err != nil {
		return Input{}, fmt.Errorf("report %s: %w", dir, err)
	}
	in.Dir, in.Of = to, dir
	return in, nil
}

// of is the run without what was not selected.
func (s Selection) of(d *results.Data) (*results.Data, error) {
	some, err := d.Among(s.Lanes)
	if err != nil || len(s.Metrics) == 0 {
		return some, err
	}
	out := *some
	out.Run.Metrics = s.Metrics
	return &out, nil
}

// drawn are the rows that charts draw from: those of a few metrics are drawn with figures of others beside them.
func (s Selection) drawn(ctx context.Context, d *results.Data, rows []results.SummaryRow) ([]results.SummaryRow, error) {
	if len(s.Metrics) == 0 || d.Run.Vary != nil { // of levels a chart draws what is selected, one panel a metric
		return rows, nil
	}
	whole := *d
	whole.Run.Metrics = nil
	m, err := results.Measure(ctx, &whole)
	if err != nil {
		return nil, err
	}
	return m.Rows(whole.Run), nil
}
