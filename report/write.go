package report

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
)

// Write reads the run in dir, finished or not, and writes summary.csv, calibration.csv, charts/, report.md and details.md there. It
// returns what every format shows. Differences below the share that is relevant have no verdict; nil: below the share of the run.
// It ends early with the context's error.
func Write(ctx context.Context, dir string, relevant *float64) (Input, error) {
	return WriteSelected(ctx, dir, relevant, Selection{})
}

func write(ctx context.Context, dir string, d *results.Data, s Selection) (Input, error) {
	m, err := results.Measure(ctx, d)
	if err != nil {
		return Input{}, err
	}
	in := Input{Data: d, Summary: m.Summary(d.Run), Checks: m.Calibrate(d)}
	if err := errors.Join(results.SaveSummary(dir, in.Summary.Rows), results.SaveCalibration(dir, in.Checks)); err != nil {
		return in, err
	}
	rows, err := s.drawn(ctx, d, in.Summary.Rows)
	if err != nil {
		return in, err
	}
	if in.Charts, err = plots.Render(ctx, d, rows, dir, s.Metrics...); err != nil {
		return in, err
	}
	p, err := newPage(in)
	if err != nil {
		return in, err
	}
	for _, file := range mdFiles() {
		var b bytes.Buffer
		if err := p.write(&b, file); err != nil {
			return in, err
		}
		if err := os.WriteFile(filepath.Join(dir, file), b.Bytes(), 0o644); err != nil {
			return in, err
		}
	}
	return in, nil
}

// load reads a run, and waits no longer than the context allows: a long one takes seconds.
func load(ctx context.Context, dir string) (*results.Data, error) {
	var d *results.Data
	done := make(chan error, 1)
	go func() {
		var err error
		d, err = results.Load(dir)
		done <- err
	}()
	select {
	case err := <-done:
		return d, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
