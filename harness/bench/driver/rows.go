package driver

import (
	"math"
	"slices"
	"strconv"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// figure is what a repetition says; floor is the repetition of the bare loop at the same count in the same block.
type figure struct {
	name, unit string
	better     stats.Direction
	of         func(r, floor Repetition) float64
}

func (f figure) metric() results.Metric {
	return results.Metric{Name: f.name, Unit: f.unit, Better: f.better}
}

// figures is the table of those at each count.
func figures() []figure {
	return []figure{
		{"cpu_per_received_message", results.Seconds, stats.Lower, func(r, _ Repetition) float64 { return r.BroadcastIn / float64(r.Received) }},
		{"opened_per_cpu_second", results.Count, stats.Higher, func(r, _ Repetition) float64 { return float64(r.Connections) / r.OpenCPU }},
		{"opened_ratio_to_connect", results.Count, stats.Higher, func(r, floor Repetition) float64 { return floor.OpenCPU / r.OpenCPU }},
		{"rss", results.Bytes, stats.Lower, func(r, _ Repetition) float64 { return r.RSS }},
		{"rss_after", results.Bytes, stats.Lower, func(r, _ Repetition) float64 { return r.RSSAfter }},
		{"reach", results.Count, stats.Higher, func(r, _ Repetition) float64 { return float64(r.Received) / float64(r.Sent) }},
	}
}

// slopes is the table of those that need all counts of a block: what one more connection adds.
func slopes() []figure {
	return []figure{
		{"rss_per_connection", results.Bytes, stats.Lower, func(r, _ Repetition) float64 { return r.RSS }},
		{"rss_per_connection_after", results.Bytes, stats.Lower, func(r, _ Repetition) float64 { return r.RSSAfter }},
	}
}

// Rows summarizes the repetitions: a scenario for each group, a lane for each case, a level for each count.
func Rows(s Settings, groups []load.Group, all []Repetition) (rows []results.SummaryRow) {
	at := map[Place]Repetition{}
	for _, r := range all {
		at[r.Place] = r
	}
	find := func(p Place) Repetition {
		if r, ok := at[p]; ok {
			return r
		}
		none := math.NaN()
		return Repetition{OpenCPU: none, BroadcastIn: none, RSS: none, RSSAfter: none}
	}
	for _, g := range groups {
		var names []string
		for _, c := range g.Cases {
			names = append(names, c.Name)
		}
		for _, f := range figures() {
			rows = append(rows, summarize(runOf(g.Name, s.Relevant, names, s.Connections...), f.metric(), s.Blocks, func(c results.Contestant, block int) float64 {
				n, _ := strconv.Atoi(c.Level) // runOf wrote it
				return f.of(find(Place{block, g.Name, c.Lane, n}), find(Place{block, g.Name, load.Floor, n}))
			})...)
		}
		for _, f := range slopes() {
			rows = append(rows, summarize(runOf(g.Name, s.Relevant, names), f.metric(), s.Blocks, func(c results.Contestant, block int) float64 {
				var x, y []float64
				for _, n := range s.Connections {
					x, y = append(x, float64(n)), append(y, f.of(find(Place{block, g.Name, c.Lane, n}), Repetition{}))
				}
				return stats.Slope(x, y).Slope
			})...)
		}
	}
	return rows
}

// runOf is what results compares: the first name is the baseline of the others, at each count.
func runOf(scenario string, relevant float64, names []string, counts ...int) results.Run {
	run := results.Run{Scenario: scenario, Relevant: &relevant}
	for _, name := range names {
		run.Lanes = append(run.Lanes, results.Lane{Name: name})
	}
	if len(counts) > 0 {
		run.Vary = &results.Vary{Key: "connections"}
	}
	for _, n := range counts {
		run.Vary.Levels = append(run.Vary.Levels, strconv.Itoa(n))
	}
	return run
}

// summarize makes the rows of a metric from its values in a number of blocks. Where one is NaN there is none; who has none has
// no row.
func summarize(run results.Run, m results.Metric, blocks int, value func(c results.Contestant, block int) float64) []results.SummaryRow {
	rows := run.RowsOf(m, func(c results.Contestant) (values []results.TrialValue) {
		for b := 1; b <= blocks; b++ {
			if v := value(c, b); !math.IsNaN(v) {
				values = append(values, results.TrialValue{Block: b, Trial: b, Value: v})
			}
		}
		return values
	})
	return slices.DeleteFunc(rows, func(r results.SummaryRow) bool { return r.N == 0 })
}
