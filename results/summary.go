package results

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Summary is what a run says: a row for each of its lanes and metrics, lanes in the run's order, metrics in the table's; and
// what its trials warn of, each once.
type Summary struct {
	Rows    []SummaryRow
	Touched []Touch
}

// SummaryRow is what the trials say about one metric of one lane. Unknown numbers are NaN, and empty in the file.
type SummaryRow struct {
	Scenario, Lane, Metric, Unit string

	N                          int     // trials that carry the figure
	Median, Low, High          float64 // of their values; Low and High from 6 trials on
	Baseline                   string  // the lane the ratio compares with
	Ratio, RatioLow, RatioHigh float64 // this lane divided by the baseline, paired within blocks
	Blocks                     int     // that carry the ratio
	Noise                      float64 // of the metric: how far the baseline, run twice, seemed from itself, as a share; NaN: nobody looked
	Verdict                    string
	Warnings                   []Warning    // all there is to say
	Footnotes                  []Warning    // those of Warnings without which the verdict would be another
	Values                     []TrialValue // every trial, for charts
	Within                     float64      // verdict ~: the lanes are equal within this share; +Inf: no bound is known; otherwise NaN
	Resolution                 float64      // verdict ~: the difference this run could have seen, as a share; otherwise NaN
	BlocksToSee                int          // verdict ~: blocks a relevant difference would need (estimate); 0: unknown
	Twin                       bool         // of a lane that is the baseline once more
	Touched                    int          // of the N trials, those that a warning is about: Touch

	reasons []Warning // those of Warnings that say what is missing
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

// Summarize reduces a run to its summary.
func Summarize(d *Data) (Summary, error) {
	m, err := Measure(context.Background(), d)
	if err != nil {
		return Summary{}, fmt.Errorf("summarize: %w", err)
	}
	return m.Summary(d.Run), nil
}

// Figures is Summarize for the metrics of these names, whatever the scenario is after.
func Figures(d *Data, names ...string) ([]SummaryRow, error) {
	wanted := *d
	wanted.Run.Metrics = names
	m, err := Measure(context.Background(), &wanted)
	if err != nil {
		return nil, fmt.Errorf("summarize: %w", err)
	}
	return m.Rows(wanted.Run), nil
}

// Summary reduces what was measured of a run so far.
func (m *Measured) Summary(run Run) Summary {
	s := Summary{Rows: m.Rows(run)}
	s.Touched = m.touched(run, s.Rows)
	return s
}

// Rows are those of all trials so far.
func (m *Measured) Rows(run Run) []SummaryRow { return m.rows(run, run.Trials, nil) }

// rows makes them of some trials of a run. Where these are too few to tell the noise of a metric, it is that in noise.
func (m *Measured) rows(run Run, trials []Trial, noise map[string]float64) (out []SummaryRow) {
	ok, blocks := counting(trials)
	for _, f := range m.listed(run) {
		var of []measured
		least := math.NaN()
		for _, lane := range run.Lanes {
			one := m.lane(f, ok[lane.Name], blocks)
			one.silent = lane.Silent()
			of = append(of, one)
			if run.repeats(lane) {
				least = one.distance(of[0])
			}
		}
		if math.IsNaN(least) && noise != nil {
			least = noise[f.name]
		}
		for i, lane := range run.Lanes {
			row := of[i].row(f)
			row.Scenario, row.Lane, row.Baseline = run.Scenario, lane.Name, run.Lanes[0].Name
			row.Noise, row.Twin = least, run.repeats(lane)
			row.explain(invalid(run, lane.Name)...)
			row.judge(f, of[i], of[0], run.Relevance(), i == 0)
			out = append(out, row)
		}
	}
	return byLane(run, out)
}

// byLane puts rows that come metric by metric into the order of the lanes.
func byLane(run Run, rows []SummaryRow) []SummaryRow {
	out := make([]SummaryRow, 0, len(rows))
	for i := range run.Lanes {
		for j := i; j < len(rows); j += len(run.Lanes) {
			out = append(out, rows[j])
		}
	}
	return out
}

// judge fills in the ratio and the verdict, and what the verdict hangs on.
func (row *SummaryRow) judge(f figure, m, baseline measured, relevant float64, isBaseline bool) {
	if isBaseline {
		row.Verdict = stats.Baseline
	} else {
		row.compare(f, m, baseline, relevant)
	}
	row.distrust(m, baseline, isBaseline)
	if row.Verdict != stats.Same {
		row.Within, row.Resolution, row.BlocksToSee = math.NaN(), math.NaN(), 0
	}
	switch {
	case row.Verdict == stats.Unclear || row.N == 0:
		row.Footnotes = append(row.Footnotes, row.reasons...)
	case !isBaseline:
		row.doubt(f, m, baseline, relevant)
	}
}

// compare takes the ratio from the blocks that have both lanes.
func (row *SummaryRow) compare(f figure, m, baseline measured, relevant float64) {
	ratio := stats.PairedRatio(inBoth(m, baseline))
	row.Ratio, row.RatioLow, row.RatioHigh, row.Blocks = ratio.Center, ratio.Low, ratio.High, ratio.N
	row.Verdict = stats.Decide(ratio, f.Better, row.least(relevant))
	row.Within, row.Resolution, row.BlocksToSee = stats.Within(ratio), stats.Resolution(ratio), stats.BlocksToSee(ratio, relevant)
	switch {
	case ratio.OK || row.N == 0: // then the trials have said why
	case ratio.Why == stats.BothZero: // no verdict is missed
		row.Warnings = append(row.Warnings, Because(BothZero, ratio.Why))
	case ratio.N == 0:
		row.explain(Because(NoComparison, "no block has a value of both lanes"))
	case !slices.ContainsFunc(row.Warnings, Because(NoInterval, ratio.Why).equal): // once is enough
		row.explain(Because(NoComparison, ratio.Why))
	}
}

// least is the difference up to which there is no verdict. A lane and itself are told apart by their interval alone.
func (row *SummaryRow) least(relevant float64) float64 {
	if row.Twin {
		return 0
	}
	return larger(row.Noise, relevant)
}

// distrust takes the verdict back where either side lost messages (rule 11), and that on idle connections where one side alone
// keeps them alive.
func (row *SummaryRow) distrust(m, baseline measured, isBaseline bool) {
	why := Warning{}
	switch {
	case !m.reach.None():
		why = m.reach
	case !baseline.reach.None() && !isBaseline:
		why = baseline.reach
		why.Whose = OfBaseline
	case row.Metric != idleCPU:
	case m.silent && !baseline.silent:
		why = Warning{Code: NotKeptAlive, Args: Args{"side": "lane"}}
	case baseline.silent && !m.silent:
		why = Warning{Code: NotKeptAlive, Args: Args{"side": "baseline"}}
	}
	if !why.None() {
		row.Verdict = stats.Unclear
		row.explain(why)
	}
}

// doubt notes what the figures of single trials warn of, where the verdict would be another without these trials.
func (row *SummaryRow) doubt(f figure, m, baseline measured, relevant float64) {
	if len(m.caveats.order)+len(baseline.caveats.order) == 0 {
		return
	}
	ratio := stats.PairedRatio(inBoth(m.clean(), baseline.clean()))
	if stats.Decide(ratio, f.Better, row.least(relevant)) == row.Verdict {
		return
	}
	row.Footnotes = append(row.Footnotes, m.caveats.lines(m.trials)...)
	row.Footnotes = append(row.Footnotes, about(OfBaseline, baseline.caveats.lines(baseline.trials))...)
}

// explain adds reasons why a verdict cannot be had.
func (row *SummaryRow) explain(why ...Warning) {
	row.Warnings = append(row.Warnings, why...)
	row.reasons = append(row.reasons, why...)
}
