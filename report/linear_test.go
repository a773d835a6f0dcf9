package report

import (
	"runtime"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
)

// drawnWith is how many bytes were allocated to draw a run of so many trials.
func drawnWith(t *testing.T, trials int) float64 {
	t.Helper()
	s := fixture.Usual()
	s.Lanes, s.Blocks, s.Levels, s.NoHistograms = s.Lanes[:1], trials, []int{10, 20}, true
	dir := s.Write(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Write(t.Context(), dir, nil)
	fixture.Must(t, err)
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// A report takes as much work for each trial, however many there are: what walks all trials for each of them allocates for
// all of them, too. Bytes do not depend on what else the machine does.
func TestReportIsLinearInTrials(t *testing.T) {
	few, many := drawnWith(t, 60), drawnWith(t, 240)
	if many > 5*few {
		t.Errorf("60 trials took %.0f MB, four times as many %.0f MB: %.1f times", few/1e6, many/1e6, many/few)
	}
	t.Logf("60 trials took %.0f MB, four times as many %.0f MB", few/1e6, many/1e6)
}
