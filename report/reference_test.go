package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
)

// What the reference run's folder says follows from what it measured, by the code that stands beside it: whoever renders it anew
// finds the figures and words that are published.
func TestReferenceIsRendered(t *testing.T) {
	published := filepath.Join("..", "results", "reference")
	dir := t.TempDir()
	for _, name := range []string{"run.json", "samples.csv", "histograms.csv", "losses.csv"} {
		b, err := os.ReadFile(filepath.Join(published, name))
		fixture.Must(t, err)
		fixture.Must(t, os.WriteFile(filepath.Join(dir, name), b, 0o644))
	}
	_, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	for _, name := range []string{reportFile, detailsFile, "summary.csv", "calibration.csv"} {
		want, err := os.ReadFile(filepath.Join(published, name))
		fixture.Must(t, err)
		got, err := os.ReadFile(filepath.Join(dir, name))
		fixture.Must(t, err)
		is, should := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
		for i := range min(len(is), len(should)) {
			if is[i] != should[i] {
				t.Errorf("%s:%d is not what the samples say (pushbench report results/reference writes it anew):\n-%s\n+%s", name, i+1, is[i], should[i])
				break
			}
		}
		if len(is) != len(should) {
			t.Errorf("%s has %d lines, and what the samples say %d", name, len(is), len(should))
		}
	}
}
