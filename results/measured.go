package results

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// measured is a figure in every trial of a contestant that counts.
type measured struct {
	trials  int // that count
	blocks  int // of the run so far
	values  []TrialValue
	touched int     // of values, those of trials that warn of something
	missing tally   // why trials have no value
	caveats tally   // of values
	reach   Warning // why latencies of this phase are not comparable; none: they are
}

// of collects a figure of the trials of one contestant.
func (m *Measured) of(f figure, ok []Trial, blocks int) measured {
	all := measured{trials: len(ok), blocks: blocks}
	for _, t := range ok {
		cells := m.cells[t.Trial]
		if cells == nil {
			continue
		}
		c := cells[f.at]
		switch {
		case math.IsNaN(c.value):
			all.missing.add(c.warning)
		case !c.warning.None():
			all.caveats.add(c.warning)
			all.values = append(all.values, TrialValue{Block: t.Block, Trial: t.Trial, Value: c.value, Warnings: []Warning{c.warning}})
		default:
			all.values = append(all.values, TrialValue{Block: t.Block, Trial: t.Trial, Value: c.value})
		}
		if !math.IsNaN(c.value) && slices.ContainsFunc(t.Warnings, func(w Warning) bool { return w.touches(f.name) }) {
			all.touched++
		}
		if all.reach.None() {
			all.reach = c.reach
		}
	}
	return all
}

// valuesOf are the values without where they are from.
func valuesOf(all []TrialValue) []float64 {
	var out []float64
	for _, v := range all {
		out = append(out, v.Value)
	}
	return out
}

// inBoth returns the values of two contestants in the blocks that have both.
func inBoth(m, other measured) (x, y []float64) {
	return InBlocks(m.values, other.values)
}

// InBlocks returns the values of the blocks that have one of both, in the order of the first.
func InBlocks(a, b []TrialValue) (x, y []float64) {
	of := make(map[int]float64, len(b))
	for _, v := range b {
		of[v.Block] = v.Value
	}
	for _, v := range a {
		if w, ok := of[v.Block]; ok {
			x, y = append(x, v.Value), append(y, w)
		}
	}
	return x, y
}

// clean is the figure without the trials that warn of their value.
func (m measured) clean() measured {
	m.values = slices.DeleteFunc(slices.Clone(m.values), func(v TrialValue) bool { return len(v.Warnings) > 0 })
	return m
}

// distance is how far a contestant seems from another at most, as a share; NaN: unknown.
func (m measured) distance(from measured) float64 {
	return stats.Within(stats.PairedRatio(inBoth(m, from)))
}

func (m measured) row(f figure) SummaryRow {
	x := valuesOf(m.values)
	in := stats.Median(x)
	row := SummaryRow{
		Metric: f.name, Unit: f.Unit, N: in.N, Median: in.Center, Low: in.Low, High: in.High, Values: m.values, Touched: m.touched,
	}
	row.explain(m.missing.lines(m.trials)...)
	row.Warnings = append(row.Warnings, m.caveats.lines(m.trials)...)
	if m.trials < m.blocks {
		row.explain(Warning{Code: MissingBlocks, Args: Args{"missing": m.blocks - m.trials, "blocks": m.blocks}})
	}
	if !in.OK && in.N > 0 { // without values, the trials have the reason
		row.explain(Because(NoInterval, in.Why))
	}
	for _, i := range stats.Outliers(x) {
		v := m.values[i]
		row.Warnings = append(row.Warnings, Warning{Code: OddValue, Args: Args{"trial": v.Trial, "block": v.Block, "value": v.Value}})
	}
	return row
}

// TagFloor marks a lane that is there to be compared with, not to be picked.
const TagFloor = "floor"
