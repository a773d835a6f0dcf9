package plots

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// layered draws the layers of a made-up run after its samples were edited.
func layered(t *testing.T, edit func(*results.Sample), keep func(results.Sample) bool) (*view, picture) {
	t.Helper()
	s := fixture.Usual()
	s.Edit, s.Keep = edit, keep
	d, sum := s.Loaded(t)
	v := newView(d, sum.Rows)
	p, err := memoryLayered(v)
	fixture.Must(t, err)
	return v, p
}

// Buffers that were never touched are heap and not resident: the layers must not tell of them.
func TestUntouchedHeapIsNotDrawn(t *testing.T) {
	v, p := layered(t, func(s *results.Sample) {
		if s.Lane == "tcp" && s.Metric == "heap_in_use" {
			s.Value += 4096 * float64(s.Connections)
		}
	}, nil)
	for _, l := range v.Data.Run.Lanes {
		s := v.stacked(l, memoryFigure, "")
		sum := 0.0
		for _, v := range s.layers {
			sum += max(v, 0)
		}
		if sum > 1.02*s.row.Median || sum < 0.98*s.row.Median { // a sum of medians is not quite the median of the sums
			t.Errorf("%s: the layers are %v in all, the figure is %v", l.Name, sum, s.row.Median)
		}
		if s.missed > 0 != (l.Name == "tcp") {
			t.Errorf("%s: %v of the heap are not resident", l.Name, s.missed)
		}
	}
	notes := strings.Join(p.caption.notes, " ")
	if !strings.Contains(notes, "never touched is not resident and not drawn: tcp ") {
		t.Errorf("the notes do not tell: %s", notes)
	}
	if !strings.Contains(notes, "available memory falls by") {
		t.Errorf("the notes have no cross-check: %s", notes)
	}
}

// Runs of a machine that does not tell of its sockets, and those that were cut short before there was traffic, have no such picture.
func TestLayersThatAreMissing(t *testing.T) {
	for missing, keep := range map[string]func(results.Sample) bool{
		"the kernel's part": func(s results.Sample) bool { return s.Source != "sockets" },
		"traffic":           func(s results.Sample) bool { return s.Phase != results.PhaseAfter },
	} {
		if _, p := layered(t, nil, keep); p.skipped == "" {
			t.Errorf("drawn without %s", missing)
		}
	}
	_, p := layered(t, nil, func(s results.Sample) bool { return s.Source != "meminfo" })
	if p.skipped != "" || strings.Contains(strings.Join(p.caption.notes, " "), "Cross-check") {
		t.Errorf("%q %q", p.skipped, p.caption.notes)
	}
}

// Of a program that tells nothing of itself all resident memory is one layer, and the notes say so.
func TestAProgramsMemoryIsOneLayer(t *testing.T) {
	v, p := layered(t, nil, func(s results.Sample) bool { return s.Lane != "tcp" || s.Source != "runtime" })
	for _, suffix := range []string{"", afterTraffic} {
		for _, l := range v.Data.Run.Lanes {
			layers := slices.DeleteFunc(v.stacked(l, memoryFigure+suffix, suffix).layers, func(layer float64) bool { return layer == 0 })
			if (len(layers) == 2) != (l.Name == "tcp") {
				t.Errorf("%s%s: layers %v", l.Name, suffix, layers)
			}
		}
	}
	if notes := strings.Join(p.caption.notes, " "); !strings.Contains(notes, "no GC was forced: tcp.") {
		t.Errorf("notes %q", notes)
	}
}
