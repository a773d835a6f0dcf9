package plots

import (
	"math"
	"strings"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// memoryPerConnection shows what a connection adds to the memory of the server, the kernel's for its end included, and in which
// layer: slopes, never total/N (rule 8).
func memoryPerConnection(v *view) (picture, error) {
	const metric = "memory_per_connection"
	rows := v.Known(metric)
	if len(rows) == 0 {
		return skip("no trial has resident memory and the kernel's at 2 connection counts"), nil
	}
	var all []bar
	var clamped []string
	for _, l := range v.Lanes {
		row := v.Row(l.Name, metric)
		layers, fits := memoryLayers(v.Row(l.Name, "rss_per_connection").Median, v.Row(l.Name, "heap_per_connection").Median, v.Row(l.Name, "stacks_per_connection").Median)
		if !fits {
			clamped = append(clamped, l.Name)
		}
		all = append(all, bar{lane: l, layers: append(layers, v.Row(l.Name, "kernel_per_connection").Median), row: row})
	}
	caption := v.caption(v.sentence(metric, phrasing{"takes", "per connection"}),
		"slope of resident memory and the kernel's memory of its end, over "+words.Span(v.Connections(results.PhaseLevel))+" connections", metric)
	if len(clamped) > 0 {
		caption += " Heap that was allocated and never touched is not resident and not drawn: " + strings.Join(clamped, ", ") + "."
	}
	p := barPanel(all, "memory per connection", words.Bytes, true)
	return picture{
		panels: []*plot.Plot{p}, room: barRoom(len(all)), caption: caption,
		legend: append(layerEntries("Go heap", "goroutine stacks", "other resident", "kernel, server's end"), trialEntries(rows)...),
	}, nil
}

// memoryLayers splits resident memory. The rest can come out negative, because the heap holds pages the kernel has not
// backed yet; these are then left out of the heap, so that the layers are as long as their sum, and fits is false.
func memoryLayers(rss, heap, stacks float64) (layers []float64, fits bool) {
	known := 0.0
	for _, v := range []float64{heap, stacks} {
		if words.Finite(v) {
			known += max(v, 0)
		}
	}
	rest := rss - known
	if math.IsNaN(rest) {
		return []float64{heap, stacks, math.NaN()}, true
	}
	if rest < 0 {
		heap = max(heap+rest, 0)
	}
	return []float64{heap, stacks, max(rest, 0)}, rest >= -0.01*math.Abs(rss)
}
