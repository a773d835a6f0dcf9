package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
)

// reportFile is the report's name in a run's folder.
const reportFile = "report.md"

// Write reads the run in dir, finished or not, and writes summary.csv, calibration.csv, charts/ and report.md there. It
// returns what every format shows. Differences below the share that is relevant have no verdict; nil: below the share of the run.
// It ends early with the context's error.
func Write(ctx context.Context, dir string, relevant *float64) (Input, error) {
	d, err := load(ctx, dir)
	if err != nil {
		return Input{}, err
	}
	if relevant != nil {
		d.Run.Relevant = relevant
	}
	in, err := write(ctx, dir, d)
	if err != nil {
		return Input{}, fmt.Errorf("report %s: %w", dir, err)
	}
	return in, nil
}

func write(ctx context.Context, dir string, d *results.Data) (Input, error) {
	m, err := results.Measure(ctx, d)
	if err != nil {
		return Input{}, err
	}
	in := Input{Data: d, Summary: m.Summary(d.Run), Checks: m.Calibrate(d)}
	if err := errors.Join(results.SaveSummary(dir, in.Summary.Rows), results.SaveCalibration(dir, in.Checks)); err != nil {
		return in, err
	}
	if in.Charts, err = plots.Render(ctx, d, in.Summary.Rows, dir); err != nil {
		return in, err
	}
	var b bytes.Buffer
	if err := Markdown(in, Options{}, &b); err != nil {
		return in, err
	}
	return in, os.WriteFile(filepath.Join(dir, reportFile), b.Bytes(), 0o644)
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
