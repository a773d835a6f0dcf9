package plots

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pushbench/pushbench/results"
)

// reportFile is the report's name in a run's folder.
const reportFile = "report.md"

// Write reads the run in dir, finished or not, and writes summary.csv, calibration.csv, charts/ and report.md beside its data. It returns
// what Table needs to say the same in a terminal.
func Write(dir string) (*results.Data, []results.SummaryRow, error) {
	d, err := results.Load(dir)
	if err != nil {
		return nil, nil, err
	}
	rows, err := results.Summarize(d)
	if err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	if err := results.SaveSummary(dir, rows); err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	readings, err := results.Calibrate(d)
	if err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	if err := results.SaveCalibration(dir, readings); err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	charts, err := Render(d, rows, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	var b bytes.Buffer
	if err := Report(d, rows, readings, charts, &b); err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	if err := os.WriteFile(filepath.Join(dir, reportFile), b.Bytes(), 0o644); err != nil {
		return nil, nil, fmt.Errorf("report %s: %w", dir, err)
	}
	return d, rows, nil
}
