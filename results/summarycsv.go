package results

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

func summaryFile() file[SummaryRow] {
	return file[SummaryRow]{
		name: "summary.csv",
		columns: []string{
			"scenario", "lane", "metric", "unit", "n", "median", "low", "high",
			"baseline", "ratio", "ratio_low", "ratio_high", "noise", "verdict", "within", "resolution", "touched", "warnings",
		},
		cells: func(r SummaryRow) []string {
			return []string{
				r.Scenario, r.Lane, r.Metric, r.Unit, strconv.Itoa(r.N), number(r.Median), number(r.Low), number(r.High),
				r.Baseline, number(r.Ratio), number(r.RatioLow), number(r.RatioHigh), number(r.Noise), r.Verdict,
				number(r.Within), number(r.Resolution), strconv.Itoa(r.Touched),
				oneLine(strings.Join(r.Warnings, "; ")),
			}
		},
	}
}

// oneLine keeps a warning that quotes the output of a process on its line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// SaveSummary replaces summary.csv in a run's folder. Values of single trials are not in it: they follow from samples.csv.
func SaveSummary(dir string, rows []SummaryRow) error {
	f := summaryFile()
	b, err := f.encode(rows)
	if err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	if err := replace(filepath.Join(dir, f.name), append(f.header(), b...)); err != nil {
		return fmt.Errorf("save summary: %w", err)
	}
	return nil
}
