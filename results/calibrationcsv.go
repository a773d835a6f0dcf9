package results

import (
	"fmt"
	"path/filepath"
	"strconv"
)

func calibrationFile() file[Check] {
	type row = Check
	return file[row]{"calibration.csv", []column[row]{
		textColumn("lane", func(r *row) *string { return &r.Lane }),
		textColumn("level", func(r *row) *string { return &r.Level }),
		textColumn("metric", func(r *row) *string { return &r.Metric }),
		textColumn("unit", func(r *row) *string { return &r.Unit }),
		written("known", func(r *row) string { return number(r.Known) }),
		written("read", func(r *row) string { return number(r.Read) }),
		written("low", func(r *row) string { return number(r.Low) }),
		written("high", func(r *row) string { return number(r.High) }),
		written("limit", func(r *row) string { return number(r.Limit) }),
		written("ok", func(r *row) string { return strconv.FormatBool(r.OK) }),
	}}
}

// SaveCalibration replaces calibration.csv in a run's folder.
func SaveCalibration(dir string, checks []Check) error {
	f := calibrationFile()
	b, err := f.encode(checks)
	if err == nil {
		err = replace(filepath.Join(dir, f.name), append(f.header(), b...))
	}
	if err != nil {
		return fmt.Errorf("save calibration: %w", err)
	}
	return nil
}
