package results

import (
	"context"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// DiffLanes compares two lanes of one run within its blocks: the older and the newer build of a server, measured in turn. Differences
// below the share that is relevant have no verdict. The run has both lanes.
func DiffLanes(ctx context.Context, of *Data, before, after string, relevant float64) (*Diff, error) {
	d := &Diff{Old: of, New: of, Lanes: [2]string{before, after}, Relevant: relevant}
	m, err := Measure(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("diff: %s: %w", of.Run.Name, err)
	}
	run := of.Run.pair(before, after)
	d.Touched[1] = m.touched(run, nil)
	ok, blocks := counting(run.Trials)
	for _, f := range m.listed(run) {
		for _, level := range run.Levels() {
			at := func(lane string) part {
				c := Contestant{lane, level}
				return part{c, m.of(f, ok[c], blocks), run.Name + ":" + lane}
			}
			d.add(f, m.noise(run, f, level), at(before), at(after))
		}
	}
	return d, nil
}

// Paired reports whether two lanes of one run are compared.
func (d *Diff) Paired() bool { return d.Lanes[1] != "" }

// ratio is how many times a figure on the old side the same one on the new side is.
func (d *Diff) ratio(before, after measured) stats.Interval {
	if !d.Paired() {
		return stats.IndependentRatio(valuesOf(after.values), valuesOf(before.values))
	}
	ratio := stats.PairedRatio(inBoth(after, before))
	if ratio.Why == stats.BothZero { // no message lost on either side is equal, as it is for two runs
		same := slices.Repeat([]float64{1}, ratio.N)
		return stats.PairedRatio(same, same)
	}
	return ratio
}

// pair is the run as if two of its lanes alone had been measured, the first as the baseline with its A/A control.
func (r Run) pair(first, second string) Run {
	var lanes []Lane
	for _, name := range []string{first, second} {
		l := r.Lanes[slices.Index(r.laneNames(), name)]
		l.Control = false // the second may be the control: it cannot be its own noise
		lanes = append(lanes, l)
	}
	return r.ofLanes(lanes)
}
