package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// SummaryRow is what the trials say about one metric of one lane. Unknown numbers are NaN, and empty in the file.
type SummaryRow struct {
	Scenario, Lane, Metric, Unit string

	N                          int     // trials that carry the figure
	Median, Low, High          float64 // of their values; Low and High from 6 trials on
	Baseline                   string  // the lane the ratio compares with
	Ratio, RatioLow, RatioHigh float64 // this lane divided by the baseline, paired within blocks
	Blocks                     int     // that carry the ratio
	Verdict                    string
	Warnings                   []string
	Values                     []TrialValue // every trial, for charts
	Resolution                 float64      // verdict ~: the difference this run could have seen, as a share; otherwise NaN
	BlocksToSee5               int          // verdict ~: blocks a difference of 5 % would need (estimate); 0: unknown
	Twin                       bool         // of a lane that is the baseline once more
}

// TrialValue is a metric of one trial.
type TrialValue struct {
	Block, Trial int
	Value        float64
	Warnings     []string // of the trial, and of the figure in it
}

// figure is a metric as one run has it: metrics of broadcasts once for each of its broadcast phases.
type figure struct {
	Metric
	name  string
	phase string
}

// Summarize reduces a run to one row for each of its lanes and metrics: lanes in the run's order, metrics in the table's.
func Summarize(d *Data) ([]SummaryRow, error) {
	trials := d.byTrial()
	figures := figuresOf(d)
	baseline := map[string]measured{}
	var out []SummaryRow
	for i, lane := range d.Run.Lanes {
		invalid := d.invalid(lane.Name)
		for _, f := range figures {
			m, err := measure(d, trials, lane.Name, f)
			if err != nil {
				return nil, fmt.Errorf("summarize: lane %s: %s: %w", lane.Name, f.name, err)
			}
			m.silent = lane.silent()
			row := m.row(f)
			row.Scenario, row.Lane, row.Baseline = d.Run.Scenario, lane.Name, d.Run.Lanes[0].Name
			row.Twin = d.Run.repeats(lane)
			if i == 0 {
				baseline[f.name] = m
				row.Verdict = stats.Baseline
				row.distrust(m, m)
			} else {
				row.compare(f, m, baseline[f.name])
			}
			row.Warnings = append(row.Warnings, invalid...)
			out = append(out, row)
		}
	}
	return out, nil
}

// Figures is Summarize for the metrics of these names, whatever the scenario is after.
func Figures(d *Data, names ...string) ([]SummaryRow, error) {
	wanted := *d
	wanted.Run.Metrics = names
	return Summarize(&wanted)
}

// figuresOf lists what to summarize: the whole table, or what the scenario is after.
func figuresOf(d *Data) []figure {
	run := d.Run
	wanted, missed := map[string]bool{}, map[string]bool{}
	for _, name := range run.Metrics {
		wanted[name], missed[name] = true, true
	}
	var out []figure
	for _, m := range metrics() {
		if !d.counted(m.Needs) && !wanted[m.Name] {
			continue
		}
		for i, phase := range run.phases(m.Scope) {
			name := m.Name
			if i > 0 {
				name += "@" + phase
			}
			if len(run.Metrics) == 0 || wanted[m.Name] || wanted[name] {
				out = append(out, figure{Metric: m, name: name, phase: phase})
				delete(missed, m.Name)
				delete(missed, name)
			}
		}
	}
	for _, name := range run.Metrics {
		if missed[name] {
			out = append(out, unknownFigure(name))
		}
	}
	return out
}

// phases are those that metrics of a scope are taken from; of the whole trial it is one without a name.
func (r Run) phases(s Scope) (names []string) {
	switch s {
	case OncePerTrial:
		return []string{""}
	case PerUplink, RoundTrip:
		return r.Uplinks
	case UplinkAlone:
		for _, name := range r.Uplinks {
			if !slices.Contains(r.Broadcasts, name) {
				names = append(names, name)
			}
		}
		return names
	case PerBroadcast, Latency:
	}
	return r.Broadcasts
}

// counted reports whether any trial counted a thing at all; nothing is always there.
func (d *Data) counted(metric string) bool {
	return metric == "" || slices.ContainsFunc(d.Samples, func(s Sample) bool { return s.Metric == metric && s.Value > 0 })
}

// unknownFigure keeps a metric visible that the scenario is after and that cannot be had.
func unknownFigure(name string) figure {
	why := "this version knows no such metric"
	if _, ok := MetricByName(name); ok {
		why = "the run has no such phase"
	}
	none := func(Rows, string) (float64, string, error) { return math.NaN(), why, nil }
	return figure{Metric: Metric{Name: name, derive: none}, name: name}
}

// compare fills the ratio from the blocks that have both lanes.
func (row *SummaryRow) compare(f figure, m, baseline measured) {
	inBlock := map[int]float64{}
	for _, v := range baseline.values {
		inBlock[v.Block] = v.Value
	}
	var a, b []float64
	for _, v := range m.values {
		if base, ok := inBlock[v.Block]; ok {
			a, b = append(a, v.Value), append(b, base)
		}
	}
	ratio := stats.PairedRatio(a, b)
	row.Ratio, row.RatioLow, row.RatioHigh, row.Blocks = ratio.Center, ratio.Low, ratio.High, ratio.N
	row.Verdict = stats.Verdict(ratio, f.Better)
	switch {
	case ratio.OK || row.N == 0: // then the trials have said why
	case ratio.N == 0:
		row.Warnings = append(row.Warnings, "no comparison: no block has a value of both lanes")
	case !slices.Contains(row.Warnings, "no interval: "+ratio.Why): // once is enough
		row.Warnings = append(row.Warnings, "no comparison: "+ratio.Why)
	}
	row.distrust(m, baseline)
	if row.Verdict == stats.Same {
		row.Resolution = stats.Resolution(ratio)
		row.BlocksToSee5 = stats.BlocksToSee(ratio, 0.05)
	}
}

// distrust takes the verdict back where either side lost messages (rule 11), and that on idle connections where one side alone
// keeps them alive.
func (row *SummaryRow) distrust(m, baseline measured) {
	switch {
	case m.reach != "":
		row.Verdict = stats.Unclear
		row.Warnings = append(row.Warnings, m.reach)
	case baseline.reach != "":
		row.Verdict = stats.Unclear
		row.Warnings = append(row.Warnings, "of the baseline: "+baseline.reach)
	case row.Metric != idleCPU:
	case m.silent && !baseline.silent:
		row.Verdict = stats.Unclear
		row.Warnings = append(row.Warnings, "the lane sends no heartbeats: idle connections not comparable")
	case baseline.silent && !m.silent:
		row.Verdict = stats.Unclear
		row.Warnings = append(row.Warnings, "the baseline sends no heartbeats: idle connections not comparable")
	}
}
