package results

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// Summary is the result of a run: a row for each of its contestants and metrics, these in the run's order, metrics in the table's; and
// what its trials warn of, each once.
type Summary struct {
	Rows    []SummaryRow
	Touched []Touch
}

// SummaryRow is one metric of one contestant over the trials. Unknown numbers are NaN, and empty in the file.
type SummaryRow struct {
	Scenario, Lane, Level, Metric, Unit string

	N                 int          // trials that carry the figure
	Median, Low, High float64      // of their values; Low and High from 6 trials on
	Comparison                     // with the first lane at the same level
	Across            Comparison   // with the first level of the same lane; without a verdict where nothing is varied, and of the control
	Noise             float64      // of the metric at the level: how far the baseline, run twice, seemed from itself, as a share; NaN: unknown
	Warnings          []Warning    // all
	Values            []TrialValue // every trial, for charts
	Control           bool         // of the A/A control: the baseline once more
	Touched           int          // of the N trials, those that a warning is about: Touch

	reasons []Warning // those of Warnings about missing values
}

// TrialValue is a metric of one trial.
type TrialValue struct {
	Block, Trial int
	Value        float64
	Warnings     []Warning // of the figure in this trial
}

// figure is a metric as one run has it: metrics of broadcasts once for each of its broadcast phases.
type figure struct {
	Metric
	name  string
	phase string
	at    int // its place among those of the run
}

// Figures are the rows of the metrics of these names, whatever the scenario is after.
func Figures(d *Data, names ...string) ([]SummaryRow, error) {
	wanted := *d
	wanted.Run.Metrics = names
	m, err := Measure(context.Background(), &wanted)
	if err != nil {
		return nil, fmt.Errorf("summarize: %w", err)
	}
	return m.Rows(wanted.Run), nil
}

// Summary reduces the figures of a run so far.
func (m *Measured) Summary(run Run) Summary {
	s := Summary{Rows: m.Rows(run)}
	s.Touched = m.touched(run, s.Rows)
	return s
}

// Rows are those of all trials so far.
func (m *Measured) Rows(run Run) []SummaryRow { return m.rows(run, run.Trials, nil) }

// rows makes them of some trials of a run. Where these are too few for the noise of a metric, it is that in noise.
func (m *Measured) rows(run Run, trials []Trial, noise map[Place]float64) (out []SummaryRow) {
	ok, blocks := counting(trials)
	for _, f := range m.listed(run) {
		out = append(out, run.rowsOf(f, func(c Contestant) measured { return m.of(f, ok[c], blocks) }, noise)...)
	}
	return byContestant(out, len(run.Contestants()))
}

// RowsOf are the rows of a figure that no trial's samples have: whoever measured it gives the values of each contestant.
func (r Run) RowsOf(m Metric, values func(Contestant) []TrialValue) []SummaryRow {
	return r.rowsOf(figure{Metric: m, name: m.Name}, func(c Contestant) measured {
		v := values(c)
		return measured{trials: len(v), blocks: len(v), values: v}
	}, nil)
}

// rowsOf are those of one figure, a row for each contestant.
func (r Run) rowsOf(f figure, measure func(Contestant) measured, noise map[Place]float64) (out []SummaryRow) {
	of := map[Contestant]measured{}
	for _, c := range r.Contestants() {
		of[c] = measure(c)
	}
	least := map[string]float64{} // by level
	for _, level := range r.Levels() {
		least[level] = r.noise(func(c Contestant) measured { return of[c] }, level)
		if math.IsNaN(least[level]) && noise != nil {
			least[level] = noise[Place{Contestant: Contestant{Level: level}, Metric: f.name}]
		}
	}
	for _, c := range r.Contestants() {
		out = append(out, r.row(f, of, c, least))
	}
	return out
}

// noise is how far the baseline seemed from itself at a level, as a share; NaN: nobody looked.
func (r Run) noise(of func(Contestant) measured, level string) float64 {
	least := math.NaN()
	for _, lane := range r.Lanes {
		if r.controls(lane) {
			least = of(Contestant{lane.Name, level}).distance(of(Contestant{lane.Of, level}))
		}
	}
	return least
}

// byContestant puts rows that come metric by metric into the order of the contestants.
func byContestant(rows []SummaryRow, contestants int) []SummaryRow {
	out := make([]SummaryRow, 0, len(rows))
	for i := range contestants {
		for j := i; j < len(rows); j += contestants {
			out = append(out, rows[j])
		}
	}
	return out
}

// row is a figure of one contestant, compared with others.
func (r Run) row(f figure, of map[Contestant]measured, c Contestant, noise map[string]float64) SummaryRow {
	lane := r.Lanes[slices.IndexFunc(r.Lanes, func(l Lane) bool { return l.Name == c.Lane })]
	row := of[c].row(f)
	row.Scenario, row.Lane, row.Level = r.Scenario, c.Lane, c.Level
	row.Noise, row.Control = noise[c.Level], r.controls(lane)
	row.explain(invalid(r, c)...)
	first := r.Lanes[0]
	p := pair{
		figure: f, m: of[c], baseline: of[Contestant{first.Name, c.Level}], itself: lane.Name == first.Name,
		against: first.Name, silent: [2]bool{lane.Silent(), first.Silent()}, relevant: r.Relevance(), least: larger(row.Noise, r.Relevance()),
	}
	if row.Control { // only the interval can show that a lane differs from itself
		p.least = 0
	}
	row.Comparison = row.compare(p)
	if level := r.Levels()[0]; r.Vary != nil && !row.Control {
		across := pair{
			figure: f, m: of[c], baseline: of[Contestant{c.Lane, level}], itself: c.Level == level,
			against: level, relevant: r.Relevance(), least: larger(larger(row.Noise, noise[level]), r.Relevance()), levels: true,
		}
		row.Across = row.compare(across)
	} else {
		row.Across = uncompared("")
	}
	return row
}

// Missing are the reasons why values of the row are missing; empty: none is.
func (row SummaryRow) Missing() []Warning { return slices.Clone(row.reasons) }

// explain adds reasons why a verdict cannot be had.
func (row *SummaryRow) explain(why ...Warning) {
	row.Warnings = append(row.Warnings, why...)
	row.reasons = append(row.reasons, why...)
}
