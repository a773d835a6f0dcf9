package results

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Diff is two runs side by side, or two lanes of one run: what an older program cost, and what a newer one does.
type Diff struct {
	Old, New *Data      // of two lanes, twice their run
	Lanes    [2]string  // the old one and the new one; empty: two runs are compared
	Rows     []DiffRow  // metrics in the table's order, within each the contestants
	Alone    []string   // what only one run has
	Touched  [2][]Touch // what the trials of the old and of the new run warn of, without what that does to verdicts; of two lanes, the second
	Relevant float64    // differences below this share have no verdict
}

// DiffRow compares one metric of one contestant in two runs, or of two lanes: it is called by the new one. Unknown numbers are NaN, and
// empty in the file.
type DiffRow struct {
	Scenario, Lane, Level, Metric, Unit string

	Old, New                   Side
	Ratio, RatioLow, RatioHigh float64 // new divided by old; blocks pair the trials of two lanes, and nothing those of two runs
	Noise                      float64 // of the metric in either run, the larger one: how far a baseline seemed from itself, as a share; NaN: unknown
	Verdict                    string  // better: the new side is
	Significant                string  // the verdict where every difference beyond the noise is relevant
	Within                     float64 // verdict ~: the two are equal within this share; +Inf: no bound is known; otherwise NaN
	Resolution                 float64 // verdict ~: the difference these trials could have seen, as a share; otherwise NaN
	Warnings                   []Warning
	Footnotes                  []Warning // those of Warnings without which the verdict would be another
}

// Side is the figure on one of the two sides.
type Side struct {
	Run               string // its name; of a lane RUN:LANE
	N                 int
	Median, Low, High float64
}

// SharedLanes names the lanes two runs both have, in the order of the newer one.
func SharedLanes(before, after Run) []string { return inOrder(after.laneNames(), before.laneNames()) }

// SharedLevels are the levels two runs both have, in the order of the newer one. Levels of another key are others.
func SharedLevels(before, after Run) []string {
	if before.factor() != after.factor() {
		return nil
	}
	return inOrder(after.Levels(), before.Levels())
}

// factor is the key that is varied; empty: none is.
func (r Run) factor() string {
	if r.Vary == nil {
		return ""
	}
	return r.Vary.Key
}

// inOrder are those of names that are among others.
func inOrder(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(others, name) })
}

func (r Run) laneNames() []string { return Names(r.Lanes) }

// Names are those of lanes.
func Names(lanes []Lane) (names []string) {
	for _, l := range lanes {
		names = append(names, l.Name)
	}
	return names
}

// NewDiff compares two runs. That they are of one scenario is for the caller to know. Differences below the share that is
// relevant have no verdict.
func NewDiff(ctx context.Context, before, after *Data, relevant float64) (*Diff, error) {
	d := &Diff{Old: before, New: after, Relevant: relevant}
	d.alone("lane", SharedLanes(before.Run, after.Run), Run.laneNames)
	d.alone("level", SharedLevels(before.Run, after.Run), Run.Levels)
	var was, is Measured
	for _, side := range []struct {
		data *Data
		into *Measured
	}{{before, &was}, {after, &is}} {
		m, err := Measure(ctx, side.data)
		if err != nil {
			return nil, fmt.Errorf("diff: %s: %w", side.data.Run.Name, err)
		}
		*side.into = *m
	}
	d.Touched = [2][]Touch{was.touched(before.Run, nil), is.touched(after.Run, nil)}
	ok, blocks := counting(before.Run.Trials)
	newOK, newBlocks := counting(after.Run.Trials)
	for _, pair := range d.figures(was.listed(before.Run), is.listed(after.Run)) {
		for _, level := range SharedLevels(before.Run, after.Run) {
			noise := larger(was.noise(before.Run, pair[0], level), is.noise(after.Run, pair[1], level))
			for _, lane := range SharedLanes(before.Run, after.Run) {
				c := Contestant{lane, level}
				d.add(pair[1], noise, part{c, was.of(pair[0], ok[c], blocks), before.Run.Name}, part{c, is.of(pair[1], newOK[c], newBlocks), after.Run.Name})
			}
		}
	}
	return d, nil
}

// Contestants are those that have rows.
func (d *Diff) Contestants() (all []Contestant) {
	lanes, levels := SharedLanes(d.Old.Run, d.New.Run), SharedLevels(d.Old.Run, d.New.Run)
	if d.Paired() {
		lanes = d.Lanes[1:]
	}
	for _, level := range levels {
		for _, lane := range lanes {
			all = append(all, Contestant{lane, level})
		}
	}
	return all
}

// part is a figure on one of the two sides.
type part struct {
	Contestant
	measured

	of string // as Side.Run
}

// add compares a figure.
func (d *Diff) add(f figure, noise float64, before, after part) {
	row := DiffRow{Scenario: d.New.Run.Scenario, Lane: after.Lane, Level: after.Level, Metric: f.name, Unit: f.Unit, Noise: noise}
	row.Warnings = ofBoth(invalid(d.Old.Run, before.Contestant), invalid(d.New.Run, after.Contestant))
	row.Footnotes = slices.Clone(row.Warnings)
	d.compare(&row, f, before.measured, after.measured)
	row.Old.Run, row.New.Run = before.of, after.of
	d.Rows = append(d.Rows, row)
}

// noise is how far the baseline of a run seemed from itself at a level, as a share; NaN: unknown.
func (m *Measured) noise(run Run, f figure, level string) float64 {
	ok, blocks := counting(run.Trials)
	return run.noise(func(c Contestant) measured { return m.of(f, ok[c], blocks) }, level)
}

// larger is the larger one of the shares that are known.
func larger(a, b float64) float64 {
	if math.IsNaN(a) || b > a {
		return b
	}
	return a
}

// figures are those both runs have, as either has them.
func (d *Diff) figures(before, after []figure) (out [][2]figure) {
	place := func(all []figure, f figure) int {
		return slices.IndexFunc(all, func(g figure) bool { return g.name == f.name })
	}
	for _, f := range after {
		if i := place(before, f); i >= 0 {
			out = append(out, [2]figure{before[i], f})
		} else {
			d.Alone = append(d.Alone, "metric "+f.name+" is in the new run only")
		}
	}
	for _, f := range before {
		if place(after, f) < 0 {
			d.Alone = append(d.Alone, "metric "+f.name+" is in the old run only")
		}
	}
	return out
}

// alone lists what only one of the runs has, of a kind.
func (d *Diff) alone(kind string, shared []string, names func(Run) []string) {
	for _, side := range []struct {
		run  Run
		name string
	}{{d.Old.Run, "old"}, {d.New.Run, "new"}} {
		for _, name := range names(side.run) {
			if !slices.Contains(shared, name) {
				d.Alone = append(d.Alone, kind+" "+name+" is in the "+side.name+" run only")
			}
		}
	}
}

// compare fills in both sides and their comparison.
func (d *Diff) compare(row *DiffRow, f figure, before, after measured) {
	x, y := before.row(f), after.row(f)
	row.Old, row.New = side(x), side(y)
	row.Warnings = append(row.Warnings, ofBoth(x.Warnings, y.Warnings)...)
	row.Footnotes = append(row.Footnotes, ofBoth(x.reasons, y.reasons)...)
	ratio := d.ratio(before, after)
	row.Ratio, row.RatioLow, row.RatioHigh = ratio.Center, ratio.Low, ratio.High
	row.Significant = stats.Decide(ratio, f.Better, larger(row.Noise, 0))
	row.Verdict = stats.Decide(ratio, f.Better, larger(row.Noise, d.Relevant))
	if !ratio.OK && x.N > 0 && y.N > 0 { // otherwise the trials have the reason
		row.Warnings = append(row.Warnings, Because(NoComparison, ratio.Why))
		row.Footnotes = append(row.Footnotes, Because(NoComparison, ratio.Why))
	}
	if !before.reach.None() || !after.reach.None() { // rule 11, as in the summary
		row.Verdict, row.Significant = stats.Unclear, stats.Unclear
		why := ofBoth(reasons(before.reach), reasons(after.reach))
		row.Warnings, row.Footnotes = append(row.Warnings, why...), append(row.Footnotes, why...)
	}
	if row.Verdict != stats.Unclear {
		d.doubt(row, f, before, after)
	}
	row.Within, row.Resolution = math.NaN(), math.NaN()
	if row.Verdict == stats.Same {
		row.Within, row.Resolution = stats.Within(ratio), stats.Resolution(ratio)
	}
}

// doubt leaves of the footnotes what single trials warn of, where the verdict would be another without these.
func (d *Diff) doubt(row *DiffRow, f figure, before, after measured) {
	row.Footnotes = nil
	if len(before.caveats.order)+len(after.caveats.order) == 0 {
		return
	}
	if stats.Decide(d.ratio(before.clean(), after.clean()), f.Better, larger(row.Noise, d.Relevant)) != row.Verdict {
		row.Footnotes = ofBoth(before.caveats.lines(before.trials), after.caveats.lines(after.trials))
	}
}

// ofBoth joins the warnings of both sides, common ones once.
func ofBoth(before, after []Warning) (out []Warning) {
	for _, w := range before {
		whose := OfOld
		if slices.ContainsFunc(after, w.equal) {
			whose = OfBoth
		}
		out = append(out, about(whose, []Warning{w})...)
	}
	alone := slices.DeleteFunc(slices.Clone(after), func(w Warning) bool { return slices.ContainsFunc(before, w.equal) })
	return append(out, about(OfNew, alone)...)
}

func reasons(why Warning) []Warning {
	if why.None() {
		return nil
	}
	return []Warning{why}
}

func side(r SummaryRow) Side { return Side{N: r.N, Median: r.Median, Low: r.Low, High: r.High} }
