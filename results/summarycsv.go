package results

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

func summaryFile() file[SummaryRow] {
	type row = SummaryRow
	return file[row]{"summary.csv", []column[row]{
		textColumn("scenario", func(r *row) *string { return &r.Scenario }),
		textColumn("lane", func(r *row) *string { return &r.Lane }),
		textColumn("level", func(r *row) *string { return &r.Level }),
		textColumn("metric", func(r *row) *string { return &r.Metric }),
		textColumn("unit", func(r *row) *string { return &r.Unit }),
		countColumn("n", func(r *row) *int { return &r.N }),
		written("median", func(r *row) string { return number(r.Median) }),
		written("low", func(r *row) string { return number(r.Low) }),
		written("high", func(r *row) string { return number(r.High) }),
		textColumn("baseline", func(r *row) *string { return &r.Baseline }),
		written("ratio", func(r *row) string { return number(r.Ratio) }),
		written("ratio_low", func(r *row) string { return number(r.RatioLow) }),
		written("ratio_high", func(r *row) string { return number(r.RatioHigh) }),
		written("noise", func(r *row) string { return number(r.Noise) }),
		textColumn("verdict", func(r *row) *string { return &r.Verdict }),
		written("within", func(r *row) string { return number(r.Within) }),
		written("resolution", func(r *row) string { return number(r.Resolution) }),
		textColumn("level_baseline", func(r *row) *string { return &r.Across.Baseline }),
		written("level_ratio", func(r *row) string { return number(r.Across.Ratio) }),
		written("level_ratio_low", func(r *row) string { return number(r.Across.RatioLow) }),
		written("level_ratio_high", func(r *row) string { return number(r.Across.RatioHigh) }),
		textColumn("level_verdict", func(r *row) *string { return &r.Across.Verdict }),
		written("level_within", func(r *row) string { return number(r.Across.Within) }),
		written("level_resolution", func(r *row) string { return number(r.Across.Resolution) }),
		countColumn("touched", func(r *row) *int { return &r.Touched }),
		written("warnings", func(r *row) string { return oneLine(strings.Join(Texts(r.Warnings), "; ")) }),
	}}
}

// oneLine keeps a warning that quotes the output of a process on its line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// WriteSummary writes every row, in base units.
func WriteSummary(w io.Writer, rows []SummaryRow) error { return summaryFile().write(w, rows) }

// SaveSummary replaces summary.csv in a run's folder.
func SaveSummary(dir string, rows []SummaryRow) error {
	var b bytes.Buffer
	if err := WriteSummary(&b, rows); err != nil {
		return err
	}
	if err := replace(filepath.Join(dir, summaryFile().name), b.Bytes()); err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	return nil
}
