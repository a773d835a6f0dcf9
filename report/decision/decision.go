package decision

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Most is how many options a decision compares: more are a catalog.
const Most = 4

// Decision is what a run says about a workload.
type Decision struct {
	Run      results.Run
	Workload results.Workload
	Measured Load // what the run measured the options at
	Options  []Option
	Takes    []Row  // what the workload takes, one resource a row
	Turns    []Turn // where the order of two options changes
	Missing  []Gap  // what the run does not say
}

// Load is what figures per message and latencies were measured at.
type Load struct {
	results.Traffic

	Connections int
}

// Option is a lane to decide for.
type Option struct {
	results.Lane

	trials map[int]figures // by block
	rows   map[string]results.SummaryRow
}

// Row is one resource, or one measured figure, of all options.
type Row struct {
	Name  string
	Unit  string
	Cells []Cell // in the order of the options
}

// Cell is a figure of one option, and how it compares with the first option's.
type Cell struct {
	stats.Interval

	Ratio   stats.Interval // to the first option, paired within blocks
	Verdict string         // of stats; empty: of the first option
}

// New computes a decision for options of a run: lanes in the order of the run, the first as the baseline.
func New(d *results.Data, rows []results.SummaryRow, w results.Workload, lanes []string) (*Decision, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	for _, name := range lanes {
		if !slices.Contains(names(d.Run.Compared()), name) {
			return nil, fmt.Errorf("run %s has no lane %q: its lanes are %s", d.Run.Name, name, strings.Join(names(d.Run.Compared()), ", "))
		}
	}
	out := &Decision{Run: d.Run, Workload: w, Measured: loadOf(d)}
	for _, l := range d.Run.Compared() {
		if len(lanes) == 0 && len(out.Options) < Most || slices.Contains(lanes, l.Name) {
			out.Options = append(out.Options, optionOf(l, rows, out.Measured))
		}
	}
	if len(out.Options) < 2 {
		return nil, fmt.Errorf("a decision is between two or more options, not %d: the lanes of run %s are %s", len(out.Options), d.Run.Name, strings.Join(names(d.Run.Compared()), ", "))
	}
	for _, r := range resources() {
		out.Takes = append(out.Takes, out.row(r.name, r.unit, d.Run.Relevance(), func(f figures) float64 { return r.take(w, f) }))
	}
	out.Turns = out.turns()
	out.Missing = out.gaps()
	return out, nil
}

// optionOf collects the figures of a lane.
func optionOf(l results.Lane, rows []results.SummaryRow, at Load) Option {
	o := Option{l, map[int]figures{}, map[string]results.SummaryRow{}}
	for _, r := range rows {
		if r.Lane != l.Name {
			continue
		}
		o.rows[r.Metric] = r
		for _, v := range r.Values {
			if o.trials[v.Block] == nil {
				o.trials[v.Block] = figures{}
				if at.Size > 0 {
					o.trials[v.Block][payloadBytes] = float64(at.Size)
				}
			}
			o.trials[v.Block][r.Metric] = v.Value
		}
	}
	return o
}

// row reduces what a function says of each trial.
func (d *Decision) row(name, unit string, least float64, of func(figures) float64) Row {
	row := Row{Name: name, Unit: unit}
	first := values(d.Options[0].trials, of)
	for i, o := range d.Options {
		all := values(o.trials, of)
		c := Cell{Interval: stats.Median(slices.Collect(maps.Values(all)))}
		if i > 0 {
			var mine, its []float64
			for block, v := range all {
				if w, ok := first[block]; ok {
					mine, its = append(mine, v), append(its, w)
				}
			}
			c.Ratio = stats.PairedRatio(mine, its)
			c.Verdict = stats.Decide(c.Ratio, stats.Lower, least)
		}
		row.Cells = append(row.Cells, c)
	}
	return row
}

// values are what a function says of the trials it can be computed for, by block.
func values(trials map[int]figures, of func(figures) float64) map[int]float64 {
	out := map[int]float64{}
	for block, f := range trials {
		if v := of(f); !math.IsNaN(v) {
			out[block] = v
		}
	}
	return out
}

func names(lanes []results.Lane) (out []string) {
	for _, l := range lanes {
		out = append(out, l.Name)
	}
	return out
}

// loadOf is what the headline broadcast was measured at.
func loadOf(d *results.Data) (l Load) {
	if len(d.Run.Broadcasts) == 0 {
		return l
	}
	l.Traffic = d.Run.Traffic[d.Run.Broadcasts[0]]
	for _, s := range d.Samples {
		if s.Phase == d.Run.Broadcasts[0] && s.Metric == "expected" {
			l.Connections = max(l.Connections, s.Connections)
		}
	}
	return l
}
