package report

import (
	"context"
	"path/filepath"
	"slices"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// WriteOptions writes what Write does, about the options of a decision: the lanes that are named, or else the first of the run.
// Where these are all it has, its own files are the place; otherwise those of a selection.
func WriteOptions(ctx context.Context, dir string, named []string) (Input, error) {
	d, err := load(ctx, dir)
	if err != nil {
		return Input{}, err
	}
	options, err := decision.Options(d.Run, named)
	if err != nil {
		return Input{}, err
	}
	var s Selection
	if !slices.Equal(options, results.Names(d.Run.Compared())) {
		s.Lanes = options
	}
	return writeSelected(ctx, dir, d, s)
}

// Decide is what a run that was written says about a workload: a decision between the lanes that were selected, with their charts.
func Decide(in Input, w results.Workload) (*decision.Decision, error) {
	d, err := decision.New(in.Data, w, nil)
	if err != nil || len(in.Data.Run.Compared()) > decision.Most { // charts of all its lanes
		return d, err
	}
	for _, c := range in.Charts {
		if !c.Half || !slices.Contains([]string{"memory-per-connection", "cpu"}, c.Name) {
			continue
		}
		p, err := pictureOf(in, c, c.Name+plots.HalfPage)
		if err != nil {
			return nil, err
		}
		folder, err := filepath.Rel(in.Of, in.Dir)
		if err != nil {
			return nil, err
		}
		d.Pictures = append(d.Pictures, decision.Picture{Picture: p, File: filepath.ToSlash(filepath.Join(folder, plots.Dir, c.Name+plots.HalfPage+".svg"))})
	}
	return d, nil
}
