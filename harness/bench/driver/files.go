package driver

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results"
)

// Columns of latest.csv; results/README.md documents them.
func Columns() []string {
	return []string{"group", "case", "connections", "metric", "unit", "median", "low", "high", "baseline", "ratio"}
}

// encode returns the rows as CSV.
func encode(rows []Row) (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	lines := [][]string{Columns()}
	for _, r := range rows {
		connections := ""
		if r.Connections > 0 {
			connections = strconv.Itoa(r.Connections)
		}
		lines = append(lines, []string{
			r.Group, r.Case, connections, r.Metric, r.Unit, number(r.Median), number(r.Low), number(r.High), r.Baseline, number(r.Ratio),
		})
	}
	err := w.WriteAll(lines)
	return b.String(), err
}

// digits are those of a number in the file: more than any measurement has, and fewer than rounding errors need.
const digits = 9

// number is empty where there is none.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', digits, 64)
}

// Evidence is what stands behind the rows: enough to compute them again.
type Evidence struct {
	Started     time.Time           `json:"started"`
	Seconds     float64             `json:"seconds"`
	Environment results.Environment `json:"environment"`
	Settings    Settings            `json:"settings"`
	Repetitions []Repetition        `json:"repetitions"`
	Pairs       []Pair              `json:"pairs"`
}

// Save writes latest.csv and latest.json into a folder.
func Save(folder string, rows []Row, e Evidence) error {
	text, err := encode(rows)
	if err != nil {
		return fmt.Errorf("encode rows: %w", err)
	}
	evidence, err := json.MarshalIndent(e, "", " ")
	if err != nil {
		return fmt.Errorf("encode evidence: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // results are for everybody
		return err
	}
	for name, b := range map[string][]byte{"latest.csv": []byte(text), "latest.json": append(evidence, '\n')} {
		if err := os.WriteFile(filepath.Join(folder, name), b, 0o644); err != nil { //nolint:gosec // as above
			return err
		}
	}
	return nil
}
