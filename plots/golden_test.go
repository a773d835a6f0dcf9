package plots

import (
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// rendered are the files of a run's charts.
func rendered(t *testing.T, s fixture.Shape) map[string][]byte {
	t.Helper()
	d, sum := s.Loaded(t)
	dir := t.TempDir()
	_, err := Render(t.Context(), d, sum.Rows, dir)
	fixture.Must(t, err)
	return fixture.Files(t, dir)
}

func TestGolden(t *testing.T) {
	s := fixture.Usual()
	s.More, s.Run = fixture.Talked, func(r *results.Run) { r.Uplinks = []string{"talk"} }
	got := rendered(t, s)
	for _, name := range []string{"memory-per-connection", "memory-layers", "memory-vs-connections", "cpu", "latency-percentiles", "latency-stages", "fanout-spread", "uplink"} {
		fixture.Golden(t, name+".svg", got[filepath.Join(Dir, name+".svg")])
	}
	for _, c := range charts() {
		for _, extension := range []string{".svg", ".png"} {
			if len(got[filepath.Join(Dir, c.name+extension)]) == 0 {
				t.Errorf("%s%s was not written", c.name, extension)
			}
		}
	}
}
