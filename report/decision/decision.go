package decision

import (
	"fmt"
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
	Run      results.Run // with the options as its lanes, and the A/A control of the first
	Workload results.Workload
	Prices   *Prices   // of instances, traffic and gateways; nil: nothing is said about money
	Pictures []Picture // charts of the options, for half a page

	measured map[string]conditions                    // by broadcast, under usual those of the headline
	rows     map[string]map[string]results.SummaryRow // by lane and metric
	trials   map[string]map[int]figures               // by lane and block
}

// conditions are what figures per message and latencies were measured at.
type conditions struct {
	results.Traffic

	connections int
}

// usual is the name of the load that a workload has most of the time.
const usual = ""

// New computes a decision for lanes of a run, the first of them as the baseline; without names, for the first lanes it has.
func New(d *results.Data, w results.Workload, lanes []string) (*Decision, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	options, err := Options(d.Run, lanes)
	if err != nil {
		return nil, err
	}
	only, err := d.Among(options)
	if err != nil {
		return nil, err
	}
	run := only.Run
	rows, err := results.Figures(only, append(shown(w), base)...)
	if err != nil {
		return nil, err
	}
	out := &Decision{
		Run: run, Workload: w, measured: measuredAt(only), rows: map[string]map[string]results.SummaryRow{}, trials: map[string]map[int]figures{},
	}
	for _, l := range run.Lanes {
		out.rows[l.Name], out.trials[l.Name] = map[string]results.SummaryRow{}, map[int]figures{}
	}
	for _, r := range rows {
		out.rows[r.Lane][r.Metric] = r
		for _, v := range r.Values {
			if out.trials[r.Lane][v.Block] == nil {
				out.trials[r.Lane][v.Block] = out.constants()
			}
			out.trials[r.Lane][v.Block][r.Metric] = v.Value
		}
	}
	return out, nil
}

// Options are the lanes of a run that a decision is between: those that are named, or else the first it has. Whether it has
// those that are named is for whoever reads its rows. The error is a results.SelectionError.
func Options(r results.Run, named []string) ([]string, error) {
	if r.Vary != nil {
		return nil, results.SelectionError{Reason: fmt.Errorf("run %s varies %s, and a decision is about one level: measure that without vary", r.Name, r.Vary.Key)}
	}
	all := results.Names(r.Compared())
	if len(named) == 0 {
		named = all[:min(len(all), Most)]
	}
	if len(named) < 2 {
		err := fmt.Errorf("a decision is between two or more options, not %d: the lanes of run %s are %s", len(named), r.Name, strings.Join(all, ", "))
		return nil, results.SelectionError{Reason: err}
	}
	return named, nil
}

// options are the lanes to decide for.
func (d *Decision) options() []results.Lane { return d.Run.Compared() }

// loads are those of the workload, the usual one first.
func (d *Decision) loads() []results.Demand { return loadsOf(d.Workload) }

func loadsOf(w results.Workload) []results.Demand {
	return append([]results.Demand{{Name: usual, Workload: w}}, w.Loads...)
}

// taken is a resource that each option takes under a load.
func (d *Decision) taken(r resource, l results.Demand) []results.SummaryRow {
	return d.reduced(results.Metric{Name: r.name, Unit: r.unit, Better: stats.Lower}, func(_ string, f figures) float64 {
		return r.take(l.Workload, f.under(l.Name))
	})
}

// reduced is a figure of each option, computed for every trial of a lane and reduced like any other figure. NaN: the trial has none.
func (d *Decision) reduced(m results.Metric, of func(lane string, f figures) float64) []results.SummaryRow {
	rows := d.Run.RowsOf(m, func(c results.Contestant) (values []results.TrialValue) {
		for block, f := range d.trials[c.Lane] {
			if v := of(c.Lane, f); !math.IsNaN(v) {
				values = append(values, results.TrialValue{Block: block, Value: v})
			}
		}
		return values
	})
	return slices.DeleteFunc(rows, func(row results.SummaryRow) bool { return row.Control })
}

// constants are figures that all trials share.
func (d *Decision) constants() figures {
	out := figures{}
	for phase, c := range d.measured {
		switch {
		case c.Size == 0:
		case phase == usual:
			out[payloadBytes] = float64(c.Size)
		default:
			out[payloadBytes+"@"+phase] = float64(c.Size)
		}
	}
	if d.Run.Heartbeat != nil {
		out[heartbeat] = *d.Run.Heartbeat
	}
	return out
}

// measuredAt is what each broadcast was measured at.
func measuredAt(d *results.Data) map[string]conditions {
	out := map[string]conditions{}
	for i, phase := range d.Run.Broadcasts {
		c := conditions{Traffic: d.Run.Traffic[phase]}
		for _, s := range d.Samples {
			if s.Phase == phase && s.Metric == "expected" {
				c.connections = max(c.connections, s.Connections)
			}
		}
		if i == 0 {
			out[usual] = c
		}
		out[phase] = c
	}
	return out
}
