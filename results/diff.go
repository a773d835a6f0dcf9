package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Diff is two runs side by side: what an older program cost, and what a newer one does.
type Diff struct {
	Old, New *Data
	Rows     []DiffRow // metrics in the table's order, within each the lanes both runs have
	Alone    []string  // what only one run has
}

// DiffRow is what the trials of two runs say about one metric of one lane. Unknown numbers are NaN, and empty in the file.
type DiffRow struct {
	Scenario, Lane, Metric, Unit string

	Old, New                   Side
	Ratio, RatioLow, RatioHigh float64 // new divided by old; nothing pairs their trials
	Verdict                    string  // better: the new run is
	Resolution                 float64 // verdict ~: the difference these runs could have seen, as a share; otherwise NaN
	Warnings                   []string
}

// Side is the figure in one of the runs.
type Side struct {
	Run               string
	N                 int
	Median, Low, High float64
}

// SharedLanes names the lanes two runs both have, in the order of the newer one.
func SharedLanes(before, after Run) []string {
	var out []string
	for _, l := range after.Lanes {
		if slices.ContainsFunc(before.Lanes, func(o Lane) bool { return o.Name == l.Name }) {
			out = append(out, l.Name)
		}
	}
	return out
}

// NewDiff compares two runs. That they are of one scenario is for the caller to know.
func NewDiff(before, after *Data) (*Diff, error) {
	d := &Diff{Old: before, New: after}
	d.aloneLanes()
	oldTrials, newTrials := before.byTrial(), after.byTrial()
	for _, f := range d.figures() {
		for _, lane := range SharedLanes(before.Run, after.Run) {
			x, err := measure(before, oldTrials, lane, f)
			if err != nil {
				return nil, fmt.Errorf("diff: %s: lane %s: %s: %w", before.Run.Name, lane, f.name, err)
			}
			y, err := measure(after, newTrials, lane, f)
			if err != nil {
				return nil, fmt.Errorf("diff: %s: lane %s: %s: %w", after.Run.Name, lane, f.name, err)
			}
			row := DiffRow{Scenario: after.Run.Scenario, Lane: lane, Metric: f.name, Unit: f.Unit}
			row.warn(before.invalid(lane), after.invalid(lane))
			row.compare(f, x, y)
			row.Old.Run, row.New.Run = before.Run.Name, after.Run.Name
			d.Rows = append(d.Rows, row)
		}
	}
	return d, nil
}

// figures are those both runs have.
func (d *Diff) figures() []figure {
	var out []figure
	before, after := figuresOf(d.Old), figuresOf(d.New)
	in := func(all []figure, f figure) bool {
		return slices.ContainsFunc(all, func(g figure) bool { return g.name == f.name })
	}
	for _, f := range after {
		if in(before, f) {
			out = append(out, f)
		} else {
			d.Alone = append(d.Alone, "metric "+f.name+" is in the new run only")
		}
	}
	for _, f := range before {
		if !in(after, f) {
			d.Alone = append(d.Alone, "metric "+f.name+" is in the old run only")
		}
	}
	return out
}

func (d *Diff) aloneLanes() {
	shared := SharedLanes(d.Old.Run, d.New.Run)
	for _, side := range []struct {
		run  Run
		name string
	}{{d.Old.Run, "old"}, {d.New.Run, "new"}} {
		for _, l := range side.run.Lanes {
			if !slices.Contains(shared, l.Name) {
				d.Alone = append(d.Alone, "lane "+l.Name+" is in the "+side.name+" run only")
			}
		}
	}
}

// compare fills in both sides and what they say of each other.
func (row *DiffRow) compare(f figure, before, after measured) {
	x, y := before.row(f), after.row(f)
	row.Old, row.New = side(x), side(y)
	row.warn(x.Warnings, y.Warnings)
	ratio := stats.IndependentRatio(plain(after.values), plain(before.values))
	row.Ratio, row.RatioLow, row.RatioHigh = ratio.Center, ratio.Low, ratio.High
	row.Verdict = stats.Verdict(ratio, f.Better)
	if !ratio.OK && x.N > 0 && y.N > 0 { // otherwise the trials have said why
		row.Warnings = append(row.Warnings, "no comparison: "+ratio.Why)
	}
	if before.reach != "" || after.reach != "" { // rule 11, as in the summary
		row.Verdict = stats.Unclear
		row.warn(reasons(before.reach), reasons(after.reach))
	}
	row.Resolution = math.NaN()
	if row.Verdict == stats.Same {
		row.Resolution = stats.Resolution(ratio)
	}
}

// warn adds the warnings of both sides, those they share once.
func (row *DiffRow) warn(before, after []string) {
	for _, w := range before {
		who := "old run: "
		if slices.Contains(after, w) {
			who = "both runs: "
		}
		row.Warnings = append(row.Warnings, who+w)
	}
	for _, w := range after {
		if !slices.Contains(before, w) {
			row.Warnings = append(row.Warnings, "new run: "+w)
		}
	}
}

func reasons(why string) []string {
	if why == "" {
		return nil
	}
	return []string{why}
}

func side(r SummaryRow) Side { return Side{N: r.N, Median: r.Median, Low: r.Low, High: r.High} }
