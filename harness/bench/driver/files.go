package driver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Evidence is what stands behind the rows: enough to compute them again.
type Evidence struct {
	Started     time.Time           `json:"started"`
	Seconds     float64             `json:"seconds"`
	Environment results.Environment `json:"environment"`
	Settings    Settings            `json:"settings"`
	Repetitions []Repetition        `json:"repetitions"`
	Pairs       []Pair              `json:"pairs"`
}

// Save writes summary.csv and evidence.json into a folder.
func Save(folder string, rows []results.SummaryRow, e Evidence) error {
	evidence, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return fmt.Errorf("encode evidence: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // results are for everybody
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "evidence.json"), append(evidence, '\n'), 0o644); err != nil { //nolint:gosec // as above
		return err
	}
	return results.SaveSummary(folder, withRanges(rows))
}

// withRanges gives figures of too few blocks for an interval the smallest and the largest value in its place.
func withRanges(rows []results.SummaryRow) []results.SummaryRow {
	rows = slices.Clone(rows)
	for i, r := range rows {
		if r.N < stats.MinTrials {
			by := func(a, b results.TrialValue) int { return cmp.Compare(a.Value, b.Value) }
			rows[i].Low, rows[i].High = slices.MinFunc(r.Values, by).Value, slices.MaxFunc(r.Values, by).Value
		}
	}
	return rows
}
