package plots

import (
	"path/filepath"
	"strings"
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
	for _, name := range []string{
		"memory-per-connection", "memory-layers", "memory-vs-connections", "cpu", "cpu-half", "dark/cpu", "cpu-parts", "latency-percentiles",
		"latency-percentiles-half", "latency-stages", "fanout-spread", "uplink", "handshake-phases",
	} {
		fixture.Golden(t, strings.ReplaceAll(name, "/", "-")+".svg", got[filepath.Join(Dir, name+".svg")])
	}
	for name, file := range got { // with another font, too, no text is wider than there is room
		if sized := strings.Count(string(file), "<text textLength="); strings.HasSuffix(name, ".svg") && (sized == 0 || sized != strings.Count(string(file), "<text ")) {
			t.Errorf("%s has texts without a width", name)
		}
	}
	for _, c := range charts() {
		names := []string{c.name}
		if c.half != nil {
			names = append(names, c.name+HalfPage)
		}
		for _, name := range names {
			for _, file := range []string{name + ".svg", name + ".png", filepath.Join(Dark, name+".svg"), filepath.Join(Dark, name+".png")} {
				if len(got[filepath.Join(Dir, file)]) == 0 {
					t.Errorf("%s was not written", file)
				}
			}
		}
	}
}
