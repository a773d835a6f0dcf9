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

// Write reads the run in dir, finished or not, and writes summary.csv, calibration.csv, charts/ and report.md beside its data. It
// returns what Table needs to say the same in a terminal. Differences below the share that is relevant have no verdict; nil:
// below what the run says. It ends early with the context's error.
func Write(ctx context.Context, dir string, relevant *float64) (*results.Data, results.Summary, error) {
	d, err := load(ctx, dir)
	if err != nil {
		return nil, results.Summary{}, err
	}
	if relevant != nil {
		d.Run.Relevant = relevant
	}
	s, err := write(ctx, dir, d)
	if err != nil {
		return nil, results.Summary{}, fmt.Errorf("report %s: %w", dir, err)
	}
	return d, s, nil
}

func write(ctx context.Context, dir string, d *results.Data) (results.Summary, error) {
	m, err := results.Measure(ctx, d)
	if err != nil {
		return results.Summary{}, err
	}
	s, readings := m.Summary(d.Run), m.Calibrate(d)
	if err := errors.Join(results.SaveSummary(dir, s.Rows), results.SaveCalibration(dir, readings)); err != nil {
		return s, err
	}
	charts, err := plots.Render(ctx, d, s.Rows, dir)
	if err != nil {
		return s, err
	}
	var b bytes.Buffer
	if err := Report(d, s, readings, charts, &b); err != nil {
		return s, err
	}
	return s, os.WriteFile(filepath.Join(dir, reportFile), b.Bytes(), 0o644)
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
