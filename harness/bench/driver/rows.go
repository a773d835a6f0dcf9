package driver

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Row is one line of the CSV file: a metric of a case over all blocks.
type Row struct {
	Group, Case       string
	Connections       int // 0: none
	Metric, Unit      string
	Median, Low, High float64
	Baseline          string  // the case Ratio is relative to
	Ratio             float64 // median of the ratios within blocks; NaN for the baseline itself
}

// metric is a figure of one repetition.
type metric struct {
	name, unit string
	of         func(Repetition) float64
}

// Names of metrics that the table prints.
const (
	cpuPerMessage = "cpu_per_received_message"
	cpuPerOpen    = "cpu_per_open"
	openedPerCPU  = "opened_per_cpu_second"
	openedToFloor = "opened_ratio_to_connect"
	rssSlope      = "rss_per_connection"
	rssSlopeAfter = "rss_per_connection_after"
	received      = "received_ratio"
)

// metrics is the table of figures at each count.
func metrics() []metric {
	return []metric{
		{cpuPerMessage, results.Seconds, func(r Repetition) float64 { return r.BroadcastIn / float64(r.Received) }},
		{cpuPerOpen, results.Seconds, func(r Repetition) float64 { return r.OpenCPU / float64(r.Connections) }},
		{openedPerCPU, results.Count, func(r Repetition) float64 { return float64(r.Connections) / r.OpenCPU }},
		{"rss", results.Bytes, func(r Repetition) float64 { return r.RSS }},
		{"rss_after", results.Bytes, func(r Repetition) float64 { return r.RSSAfter }},
		{received, results.Count, func(r Repetition) float64 { return float64(r.Received) / float64(r.Sent) }},
	}
}

// slopes is the table of figures that need all counts of a block: what one more connection adds.
func slopes() []metric {
	return []metric{
		{rssSlope, results.Bytes, func(r Repetition) float64 { return r.RSS }},
		{rssSlopeAfter, results.Bytes, func(r Repetition) float64 { return r.RSSAfter }},
	}
}

// Rows says what the repetitions say, in the order of the tables.
func Rows(s Settings, groups []load.Group, all []Repetition) (rows []Row) {
	for _, g := range groups {
		largest := slices.Max(s.Connections)
		for _, c := range g.Cases {
			for _, n := range s.Connections {
				for _, m := range metrics() {
					rows = append(rows, row(g, c.Name, n, m, func(name string) []float64 { return blocks(all, g.Name, name, n, m) }))
				}
				rows = append(rows, toFloor(all, g, c.Name, n)...)
			}
			if len(s.Connections) < 2 {
				continue
			}
			for _, m := range slopes() {
				rows = append(rows, row(g, c.Name, largest, m, func(name string) []float64 { return lines(all, s.Blocks, g.Name, name, m) }))
			}
		}
	}
	return rows
}

// toFloor compares what opening costs with the bare loop, within blocks; it is a figure of its own, with bounds, because
// ratios are to what people would write.
func toFloor(all []Repetition, g load.Group, name string, n int) []Row {
	spent := metric{of: func(r Repetition) float64 { return r.OpenCPU }}
	floor := blocks(all, g.Name, load.Floor, n, spent)
	if len(floor) == 0 || name == load.Floor {
		return nil
	}
	values := blocks(all, g.Name, name, n, spent)
	for i := range values {
		values[i] = floor[i] / values[i]
	}
	r := Row{Group: g.Name, Case: name, Connections: n, Metric: openedToFloor, Unit: results.Count, Baseline: load.Floor, Ratio: math.NaN()}
	r.summarise(values)
	return []Row{r}
}

// row compares a case's values, one a block, with those of its group's baseline.
func row(g load.Group, name string, n int, m metric, values func(name string) []float64) Row {
	own := values(name)
	r := Row{Group: g.Name, Case: name, Connections: n, Metric: m.name, Unit: m.unit, Baseline: g.Baseline, Ratio: math.NaN()}
	r.summarise(own)
	if name != g.Baseline {
		r.Ratio = stats.PairedRatio(own, values(g.Baseline)).Center
	}
	return r
}

// summarise sets median and bounds.
func (r *Row) summarise(values []float64) {
	in := stats.Median(values)
	r.Median, r.Low, r.High = in.Center, in.Low, in.High
	if !in.OK && len(values) > 0 { // too few for 95 %: everything that was seen
		r.Low, r.High = slices.Min(values), slices.Max(values)
	}
}

// blocks returns a metric of a case at a count, in the order of the blocks.
func blocks(all []Repetition, group, name string, n int, m metric) (values []float64) {
	for _, r := range all {
		if r.Group == group && r.Case == name && r.Connections == n {
			values = append(values, m.of(r))
		}
	}
	return values
}

// lines returns the slope of a metric over the counts within each block.
func lines(all []Repetition, count int, group, name string, m metric) []float64 {
	values := make([]float64, count)
	for b := range values {
		var x, y []float64
		for _, r := range all {
			if r.Block == b+1 && r.Group == group && r.Case == name {
				x, y = append(x, float64(r.Connections)), append(y, m.of(r))
			}
		}
		values[b] = stats.Slope(x, y).Slope
	}
	return values
}
