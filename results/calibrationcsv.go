package results

import (
	"fmt"
	"path/filepath"
	"strconv"
)

func calibrationFile() file[Reading] {
	return file[Reading]{
		name:    "calibration.csv",
		columns: []string{"lane", "metric", "unit", "truth", "read", "low", "high", "limit", "ok"},
		cells: func(r Reading) []string {
			return []string{
				r.Lane, r.Metric, r.Unit, number(r.Truth), number(r.Read), number(r.Low), number(r.High), number(r.Limit), strconv.FormatBool(r.OK),
			}
		},
	}
}

// SaveCalibration replaces calibration.csv in a run's folder.
func SaveCalibration(dir string, readings []Reading) error {
	f := calibrationFile()
	b, err := f.encode(readings)
	if err == nil {
		err = replace(filepath.Join(dir, f.name), append(f.header(), b...))
	}
	if err != nil {
		return fmt.Errorf("save calibration: %w", err)
	}
	return nil
}
