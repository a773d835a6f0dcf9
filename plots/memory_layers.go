package plots

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// memoryStack names the layers of a connection's memory, from the left, and the metrics they are.
func memoryStack() (names, metrics []string) {
	return []string{"Go heap", "goroutine stacks", "other Go runtime", "other resident", "kernel, server's end"},
		[]string{"heap_per_connection", "stacks_per_connection", "runtime_other_per_connection", "other_rss_per_connection", "kernel_per_connection"}
}

// afterTraffic is what the metrics of the phase after are called.
const afterTraffic = "_after"

// memoryLayered shows all memory a connection takes on the server's machine, in layers that add up: twice for each lane,
// because traffic grows stacks and pools for good.
func memoryLayered(v *view) (picture, error) {
	const metric = "memory_per_connection"
	rows := v.Known(metric, metric+afterTraffic)
	if len(v.Known(metric)) == 0 {
		return skip("no trial has resident memory and the kernel's at 2 connection counts"), nil
	}
	var all []bar
	var untouched, whole []string
	for _, l := range v.Lanes {
		if !v.layered(l, "") {
			whole = append(whole, l.Name)
		}
		fresh, missed := v.stacked(l, metric, "")
		fresh.lane.Name = laneLabel(l) + ", fresh"
		all = append(all, fresh)
		if missed > 0.01*fresh.row.Median {
			untouched = append(untouched, l.Name+" "+words.Bytes.Number(missed))
		}
		if len(v.Known(metric+afterTraffic)) > 0 {
			after, _ := v.stacked(l, metric+afterTraffic, afterTraffic)
			after.lane.Name = "after traffic"
			all = append(all, after)
		}
	}
	caption := words.Join(v.caption(v.sentence(metric, phrasing{"takes", "per connection"}),
		"slopes over "+words.Span(v.Connections(results.PhaseLevel))+" connections after a forced GC", metric), v.crossCheck())
	if len(untouched) > 0 {
		caption = words.Join(caption, "Heap that was allocated and never touched is not resident and not drawn: "+strings.Join(untouched, ", ")+".")
	}
	if len(whole) > 0 {
		caption = words.Join(caption, "Of servers that are no part of pushbench all that is resident is one layer, and no GC was forced: "+strings.Join(whole, ", ")+".")
	}
	names, _ := memoryStack()
	p := barPanel(all, "memory per connection", words.Bytes, true)
	return picture{
		panels: []*plot.Plot{p}, room: barRoom(len(all)), caption: caption,
		legend: append(layerEntries(names...), trialEntries(rows)...),
	}, nil
}

// stacked is a lane's bar. What the layers of the Go runtime have beyond resident memory, missed, was mapped and never
// touched: large buffers, and so heap.
func (v *view) stacked(l results.Lane, total, suffix string) (b bar, missed float64) {
	const heap, rest = 0, 3
	b = bar{lane: l, row: v.Row(l.Name, total)}
	b.lane.Tag = "" // the label has it
	_, metrics := memoryStack()
	for _, m := range metrics {
		b.layers = append(b.layers, v.Row(l.Name, m+suffix).Median)
	}
	if !v.layered(l, suffix) {
		b.layers[rest] = v.Row(l.Name, "rss_per_connection"+suffix).Median
		return b, 0
	}
	if missed = -b.layers[rest]; !words.Finite(missed) || missed < 0 {
		return b, 0
	}
	b.layers[heap] = max(b.layers[heap]-missed, 0)
	return b, missed
}

// layered reports whether a lane's resident memory is known in layers: only a Go runtime can be asked for its own.
func (v *view) layered(l results.Lane, suffix string) bool {
	return words.Finite(v.Row(l.Name, "other_rss_per_connection"+suffix).Median) || !words.Finite(v.Row(l.Name, "rss_per_connection"+suffix).Median)
}

// crossCheck compares the layers with the memory that the machine lost.
func (v *view) crossCheck() string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range v.Lanes {
		r := v.Row(l.Name, "memory_available_per_connection").Median / v.Row(l.Name, "memory_layers_per_connection").Median
		if words.Finite(r) {
			low, high = min(low, r), max(high, r)
		}
	}
	if !words.Finite(low) {
		return ""
	}
	spread := words.Ratio(low)
	if words.Ratio(high) != spread {
		spread = words.Times(low) + " to " + words.Ratio(high)
	}
	return fmt.Sprintf("Cross-check: with both ends and the load, the machine's available memory falls by %s the sum of the layers.", spread)
}
