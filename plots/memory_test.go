package plots

import (
	"math"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
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

// Buffers that were never touched are heap and not resident: the bar must not be longer than its figure.
func TestLayersAreAsLongAsTheirSum(t *testing.T) {
	v, p := layered(t, func(s *results.Sample) {
		if s.Lane == "tcp" && s.Metric == "heap_in_use" {
			s.Value += 4096 * float64(s.Connections)
		}
	}, nil)
	for _, l := range v.Data.Run.Lanes {
		b, missed := v.stacked(l, "memory_per_connection", "")
		sum := 0.0
		for _, v := range b.layers {
			sum += max(v, 0)
		}
		if math.Abs(sum/b.row.Median-1) > 0.02 { // a sum of medians is not quite the median of the sums
			t.Errorf("%s: the layers are %v long, the figure is %v", l.Name, sum, b.row.Median)
		}
		if missed > 0 != (l.Name == "tcp") {
			t.Errorf("%s: %v of the heap are not resident", l.Name, missed)
		}
	}
	if !strings.Contains(p.caption, "never touched is not resident and not drawn: tcp ") {
		t.Errorf("the caption does not tell: %s", p.caption)
	}
	if !strings.Contains(p.caption, "available memory falls by") {
		t.Errorf("the caption has no cross-check: %s", p.caption)
	}
}

// Runs of a machine that does not tell of its sockets have no such picture, and one that was cut short has half of it.
func TestLayersThatAreMissing(t *testing.T) {
	_, p := layered(t, nil, func(s results.Sample) bool { return s.Source != "sockets" })
	if p.skipped == "" {
		t.Error("drawn without the kernel's part")
	}
	_, p = layered(t, nil, func(s results.Sample) bool { return s.Phase != results.PhaseAfter && s.Source != "meminfo" })
	if p.skipped != "" || strings.Contains(p.caption, "Cross-check") {
		t.Errorf("%q %q", p.skipped, p.caption)
	}
}

// Of a program that tells nothing of itself all resident memory is one layer, as long as its figure, and the caption says so.
func TestAProgramsMemoryIsOneLayer(t *testing.T) {
	v, p := layered(t, nil, func(s results.Sample) bool { return s.Lane != "tcp" || s.Source != "runtime" })
	for _, suffix := range []string{"", afterTraffic} {
		for _, l := range v.Data.Run.Lanes {
			b, _ := v.stacked(l, "memory_per_connection"+suffix, suffix)
			known, sum := 0, 0.0
			for _, layer := range b.layers {
				if words.Finite(layer) {
					known++
					sum += max(layer, 0)
				}
			}
			if math.Abs(sum/b.row.Median-1) > 0.02 || (known == 2) != (l.Name == "tcp") {
				t.Errorf("%s%s: %d layers of %v in all, the figure is %v", l.Name, suffix, known, sum, b.row.Median)
			}
		}
	}
	if !strings.HasSuffix(p.caption, "no GC was forced: tcp.") {
		t.Errorf("caption %q", p.caption)
	}
}
