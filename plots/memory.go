package plots

import (
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

const memoryFigure = "memory_per_connection"

// memoryStack names the layers of a connection's memory, from the left, and the metrics they are.
func memoryStack() (names, metrics []string) {
	return []string{"Go heap", "goroutine stacks", "other Go runtime", "other resident", "kernel, server's end"},
		[]string{"heap_per_connection", "stacks_per_connection", "runtime_other_per_connection", "other_rss_per_connection", "kernel_per_connection"}
}

// memoryPerConnection shows what a connection adds to the memory of the server, the kernel's for its end included, and in which
// layer: slopes, never total/N (rule 8).
func memoryPerConnection(v *view) (picture, error) {
	if len(v.Known(memoryFigure)) == 0 {
		return skip("no trial has resident memory and the kernel's at 2 connection counts"), nil
	}
	b := v.barChart(v.drawn(memoryFigure), 1)
	b.add("memory per connection", words.Bytes, 1, b.each(func(l results.Lane) bar { return v.stacked(l, memoryFigure, "").bar }))
	return v.memoryPicture(b, "slope of resident memory and the kernel's memory of its end", memoryFigure), nil
}

// afterTraffic is what the metrics of the phase after are called.
const afterTraffic = "_after"

// memoryLayered shows it twice for each lane, because traffic grows stacks and pools for good.
func memoryLayered(v *view) (picture, error) {
	if len(v.Known(memoryFigure)) == 0 || len(v.Known(memoryFigure+afterTraffic)) == 0 {
		return skip("no trial has resident memory and the kernel's at 2 connection counts, and after traffic"), nil
	}
	const apart = 0.46
	b := v.barChart(v.drawn(memoryFigure+afterTraffic), 1)
	b.row = 21
	fresh := b.each(func(l results.Lane) bar { return v.stacked(l, memoryFigure, "").bar })
	after := b.each(func(l results.Lane) bar { return v.stacked(l, memoryFigure+afterTraffic, afterTraffic).bar })
	for i := range fresh {
		fresh[i].at, fresh[i].behind = fresh[i].at+apart/2, " fresh"
		after[i].at, after[i].behind = after[i].at-apart/2, " after traffic"
	}
	b.add("memory per connection", words.Bytes, apart, append(fresh, after...))
	pic := v.memoryPicture(b, "slopes after a forced GC", memoryFigure+afterTraffic, memoryFigure)
	if check := v.crossCheck(); check != "" {
		pic.caption.notes = append(pic.caption.notes, check)
	}
	return pic, nil
}

// memoryPicture finishes a picture of layers, and says what they leave out.
func (v *view) memoryPicture(b *barChart, how, metric string, also ...string) picture {
	var untouched, whole []string
	for _, l := range b.lanes {
		if !v.layered(l, "") {
			whole = append(whole, l.Name)
		}
		if s := v.stacked(l, memoryFigure, ""); s.missed > 0.01*s.row.Median {
			untouched = append(untouched, l.Name+" "+words.Bytes.Number(s.missed))
		}
	}
	p := phrasing{"takes", "per connection"}
	if len(also) > 0 {
		p.object = "after traffic"
	}
	c := v.caption(source{metric: metric, phrasing: p, also: also, at: []string{v.slopes()}, how: how, of: b.lanes})
	if len(untouched) > 0 {
		c.notes = append(c.notes, "Heap that was allocated and never touched is not resident and not drawn: "+strings.Join(untouched, ", ")+".")
	}
	if len(whole) > 0 {
		c.notes = append(c.notes, "Of servers that are no part of pushbench all that is resident is one layer, and no GC was forced: "+strings.Join(whole, ", ")+".")
	}
	names, _ := memoryStack()
	return b.picture(c, names...)
}

// stack is a lane's bar, and how much of the heap it leaves out.
type stack struct {
	bar

	missed float64
}

// stacked puts the layers of a lane into a bar. What those of the Go runtime have beyond resident memory was mapped and never touched:
// large buffers, and so heap.
func (v *view) stacked(l results.Lane, total, suffix string) stack {
	const heap, rest = 0, 3
	s := stack{bar: bar{row: v.Row(l.Name, total)}}
	_, metrics := memoryStack()
	for _, m := range metrics {
		s.layers = append(s.layers, v.Row(l.Name, m+suffix).Median)
	}
	if !v.layered(l, suffix) {
		copy(s.layers, make([]float64, rest))
		s.layers[rest] = v.Row(l.Name, "rss_per_connection"+suffix).Median
		return s
	}
	if missed := -s.layers[rest]; words.Finite(missed) && missed > 0 {
		s.missed = missed
		s.layers[heap] = max(s.layers[heap]-missed, 0)
	}
	return s
}

// layered reports whether a lane's resident memory is known in layers: only a Go runtime can be asked for its own.
func (v *view) layered(l results.Lane, suffix string) bool {
	return words.Finite(v.Row(l.Name, "other_rss_per_connection"+suffix).Median) || !words.Finite(v.Row(l.Name, "rss_per_connection"+suffix).Median)
}

// crossCheck compares the layers with the memory that the machine lost.
func (v *view) crossCheck() string {
	var ratios []float64
	for _, l := range v.Lanes {
		ratios = append(ratios, v.Row(l.Name, "memory_available_per_connection").Median/v.Row(l.Name, "memory_layers_per_connection").Median)
	}
	span := spanOf(ratios, words.Ratio)
	if span == "" {
		return ""
	}
	return "Cross-check: with both ends and the load, the machine's available memory falls by " + span + " the sum of the layers."
}
