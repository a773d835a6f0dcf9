package results

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Layers add up to the whole, fresh and after traffic, whatever the values are; one that is unknown leaves no sum.
func TestLayersAddUp(t *testing.T) {
	example := func(missing string) Rows {
		var r Rows
		for _, l := range []struct {
			source, metric string
			each           float64
		}{
			{"process", "rss", 11_000},
			{"runtime", "heap_in_use", 6000},
			{"runtime", "stacks", 6100},
			{"runtime", "runtime_other", 700},
			{"sockets", "kernel_memory", 4037},
		} {
			for i, n := range []int{100, 200, 400, 400} {
				phase, grown := PhaseLevel, 0.0
				if i == 3 {
					phase, grown = PhaseAfter, 0.125*l.each
				}
				if l.metric != missing {
					r.Samples = append(r.Samples, Sample{
						Phase: phase, Connections: n, Source: l.source, Metric: l.metric, Value: 1e6 + (l.each+grown)*float64(n),
					})
				}
			}
		}
		return r
	}
	value := func(d derivation, r Rows) float64 {
		v, warning, err := d(r, "")
		if err != nil || math.IsNaN(v) != !warning.None() {
			t.Errorf("got %v, %q, %v", v, warning, err)
		}
		return v
	}
	for _, at := range []layer{slope, slopeAfter} {
		r := example("")
		sum := 0.0
		for _, l := range []derivation{
			at("runtime", "heap_in_use"), at("runtime", "stacks"), at("runtime", "runtime_other"), otherResident(at), at("sockets", "kernel_memory"),
		} {
			sum += value(l, r)
		}
		if total := value(memory(at), r); math.Abs(total-sum) > 1e-6 {
			t.Errorf("layers add up to %v, the whole is %v", sum, total)
		}
		if rest := value(otherResident(at), r); rest >= 0 {
			t.Errorf("the rest of a heap that was not touched is %v, want it below 0", rest)
		}
		if v := value(memory(at), example("kernel_memory")); !math.IsNaN(v) {
			t.Errorf("without the kernel's part the sum is %v", v)
		}
	}
}

// The load's memory grows in steps: that is no flaw of the sum, but its absence is.
func TestEverythingWarnsOfWhatIsMissing(t *testing.T) {
	var r Rows
	for _, l := range [][2]string{
		{"process", "rss"}, {"sockets", "kernel_memory"}, {"trial", "coordinator_rss"}, {"sockets", "client_kernel_memory"}, {"sockets", "reclaimable_memory"},
	} {
		for _, n := range []int{100, 200, 400} {
			v := float64(n)
			if l[0] == "trial" {
				v = float64(n % 3)
			}
			r.Samples = append(r.Samples, Sample{Phase: PhaseLevel, Connections: n, Source: l[0], Metric: l[1], Value: v})
		}
	}
	if v, warning, _ := everything(r, ""); !math.IsNaN(v) || !strings.Contains(warning.String(), "no agent_rss") {
		t.Errorf("without agents: %v, %q", v, warning)
	}
	bent := Rows{Samples: slices.Concat(r.Samples, []Sample{{Phase: PhaseLevel, Connections: 300, Source: "process", Metric: "rss", Value: -1e6}})}
	if v, warning, _ := everything(bent, ""); !math.IsNaN(v) || !strings.Contains(warning.String(), "no agent_rss") {
		t.Errorf("of two warnings, %q hides why the sum is %v", warning, v)
	}
	for _, n := range []int{100, 200, 400} {
		r.Samples = append(r.Samples, Sample{Phase: PhaseLevel, Connections: n, Source: "agent", Metric: "agent_rss", Value: 7})
	}
	if v, warning, _ := everything(r, ""); math.IsNaN(v) || !warning.None() {
		t.Errorf("with steps: %v, %q", v, warning)
	}
}
