package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// measured is a figure in every trial of a lane that counts.
type measured struct {
	trials   int // that count
	blocks   int // of the run so far
	values   []TrialValue
	warnings tally
	reach    string // why latencies of this phase are not comparable; empty: they are
	silent   bool   // its idle connections carry nothing
}

func measure(d *Data, trials map[int]Rows, lane string, f figure) (measured, error) {
	ok := d.OKTrials(lane)
	m := measured{trials: len(ok), blocks: d.blocks()}
	for _, t := range ok {
		v, warning, err := f.derive(trials[t.Trial], f.phase)
		if err != nil {
			return m, err
		}
		var warnings []string // each once, however many phases of the trial have it: trials are counted
		for _, w := range append(slices.Clone(t.Warnings), warning) {
			if w != "" && !slices.Contains(warnings, w) {
				warnings = append(warnings, w)
				m.warnings.add(w)
			}
		}
		if !math.IsNaN(v) {
			m.values = append(m.values, TrialValue{Block: t.Block, Trial: t.Trial, Value: v, Warnings: warnings})
		}
		if f.Scope == Latency {
			err = m.checkReach(trials[t.Trial], f.phase, reach, "reach", "latency")
		}
		if f.Scope == RoundTrip {
			err = m.checkReach(trials[t.Trial], f.phase, uplinkReach, "uplink_reach", "round trip")
		}
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// checkReach notes when a trial lost messages: those that never arrived are missing from its latencies. The names are those
// of the figures.
func (m *measured) checkReach(r Rows, phase string, reach derivation, share, latency string) error {
	v, _, err := reach(r, phase)
	switch {
	case err != nil:
		return err
	case math.IsNaN(v) && m.reach == "":
		m.reach = share + " unknown: " + latency + " not comparable"
	case v < 1:
		m.reach = share + " below 1: " + latency + " not comparable"
	}
	return nil
}

// plain is the values without where they are from.
func plain(all []TrialValue) []float64 {
	var out []float64
	for _, v := range all {
		out = append(out, v.Value)
	}
	return out
}

func (m measured) row(f figure) SummaryRow {
	x := plain(m.values)
	in := stats.Median(x)
	row := SummaryRow{
		Metric: f.name, Unit: f.Unit, N: in.N, Median: in.Center, Low: in.Low, High: in.High,
		Ratio: math.NaN(), RatioLow: math.NaN(), RatioHigh: math.NaN(), Resolution: math.NaN(),
		Values: m.values, Warnings: m.warnings.lines(m.trials),
	}
	if m.trials < m.blocks {
		row.Warnings = append(row.Warnings, fmt.Sprintf("%d of %d blocks have no trial that counts", m.blocks-m.trials, m.blocks))
	}
	if !in.OK && in.N > 0 { // without values, the trials have said why
		row.Warnings = append(row.Warnings, "no interval: "+in.Why)
	}
	for _, i := range stats.Outliers(x) {
		v := m.values[i]
		row.Warnings = append(row.Warnings, fmt.Sprintf("outlier: trial %d (block %d) is %s", v.Trial, v.Block, number(v.Value)))
	}
	return row
}
