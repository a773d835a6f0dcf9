package results

import (
	"io"
	"strings"
)

func diffFile() file[DiffRow] {
	type row = DiffRow
	return file[row]{"diff.csv", []column[row]{
		textColumn("scenario", func(r *row) *string { return &r.Scenario }),
		textColumn("old", func(r *row) *string { return &r.Old.Run }),
		textColumn("new", func(r *row) *string { return &r.New.Run }),
		textColumn("lane", func(r *row) *string { return &r.Lane }),
		textColumn("level", func(r *row) *string { return &r.Level }),
		textColumn("metric", func(r *row) *string { return &r.Metric }),
		textColumn("unit", func(r *row) *string { return &r.Unit }),
		countColumn("old_n", func(r *row) *int { return &r.Old.N }),
		written("old_median", func(r *row) string { return number(r.Old.Median) }),
		written("old_low", func(r *row) string { return number(r.Old.Low) }),
		written("old_high", func(r *row) string { return number(r.Old.High) }),
		countColumn("new_n", func(r *row) *int { return &r.New.N }),
		written("new_median", func(r *row) string { return number(r.New.Median) }),
		written("new_low", func(r *row) string { return number(r.New.Low) }),
		written("new_high", func(r *row) string { return number(r.New.High) }),
		written("ratio", func(r *row) string { return number(r.Ratio) }),
		written("ratio_low", func(r *row) string { return number(r.RatioLow) }),
		written("ratio_high", func(r *row) string { return number(r.RatioHigh) }),
		written("noise", func(r *row) string { return number(r.Noise) }),
		textColumn("verdict", func(r *row) *string { return &r.Verdict }),
		written("within", func(r *row) string { return number(r.Within) }),
		written("resolution", func(r *row) string { return number(r.Resolution) }),
		written("warnings", func(r *row) string { return oneLine(strings.Join(Texts(r.Warnings), "; ")) }),
	}}
}

// CSV writes every row, in base units.
func (d *Diff) CSV(w io.Writer) error { return diffFile().write(w, d.Rows) }
