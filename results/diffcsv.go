package results

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

func diffFile() file[DiffRow] {
	return file[DiffRow]{
		name: "diff.csv",
		columns: []string{
			"scenario", "old", "new", "lane", "metric", "unit", "old_n", "old_median", "old_low", "old_high",
			"new_n", "new_median", "new_low", "new_high", "ratio", "ratio_low", "ratio_high", "noise", "verdict", "within", "resolution", "warnings",
		},
		cells: func(r DiffRow) []string {
			return []string{
				r.Scenario, r.Old.Run, r.New.Run, r.Lane, r.Metric, r.Unit,
				strconv.Itoa(r.Old.N), number(r.Old.Median), number(r.Old.Low), number(r.Old.High),
				strconv.Itoa(r.New.N), number(r.New.Median), number(r.New.Low), number(r.New.High),
				number(r.Ratio), number(r.RatioLow), number(r.RatioHigh), number(r.Noise), r.Verdict, number(r.Within), number(r.Resolution),
				oneLine(strings.Join(r.Warnings, "; ")),
			}
		},
	}
}

// CSV writes every row, in base units.
func (d *Diff) CSV(w io.Writer) error {
	f := diffFile()
	b, err := f.encode(d.Rows)
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	if _, err := w.Write(append(f.header(), b...)); err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	return nil
}
