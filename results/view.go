package results

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// View is a run as charts and reports look at it.
type View struct {
	*Index

	Data  *Data
	Lanes []Lane // to compare
	Level string // whose figures Row has; empty: nothing is varied
	All   []SummaryRow
	rows  map[rowKey]SummaryRow
	Few   bool // no lane has enough trials for an interval
}

type rowKey struct {
	of     Contestant
	metric string
}

// NewView looks at a run with the rows of its summary.
func NewView(d *Data, rows []SummaryRow) *View {
	v := &View{
		Index: NewIndex(d), Data: d, Lanes: d.Run.Compared(), Level: d.Run.Levels()[0], All: rows, rows: map[rowKey]SummaryRow{},
		Few: MostTrials(rows) < stats.MinTrials,
	}
	for _, r := range rows {
		v.rows[rowKey{r.Contestant(), r.Metric}] = r
	}
	return v
}

// At is the same run at another level.
func (v *View) At(level string) *View {
	there := *v
	there.Level = level
	return &there
}

// Trials are those of a lane at the level that count.
func (v *View) Trials(l Lane) []Trial { return v.OKTrials(Contestant{l.Name, v.Level}) }

// Row returns the row of a metric of a lane at the level, with NaN for unknown values.
func (v *View) Row(lane, metric string) SummaryRow {
	if r, ok := v.rows[rowKey{Contestant{lane, v.Level}, metric}]; ok {
		return r
	}
	none := math.NaN()
	return SummaryRow{Lane: lane, Level: v.Level, Metric: metric, Median: none, Low: none, High: none, Comparison: uncompared("")}
}

// Known are the rows of the metrics that have a figure, lanes in the run's order.
func (v *View) Known(metrics ...string) []SummaryRow {
	var out []SummaryRow
	for _, m := range metrics {
		for _, l := range v.Lanes {
			if r := v.Row(l.Name, m); r.N > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// Broadcast is the phase the headline figures of delivery come from; empty: the run has none.
func (v *View) Broadcast() string {
	if len(v.Data.Run.Broadcasts) == 0 {
		return ""
	}
	return v.Data.Run.Broadcasts[0]
}

// Connections are the smallest and largest number of connections anything was measured at in a phase.
func (v *View) Connections(phase string) (least, most int) {
	for _, s := range v.Data.Samples {
		if s.Phase != phase || s.Connections <= 0 {
			continue
		}
		if least == 0 || s.Connections < least {
			least = s.Connections
		}
		most = max(most, s.Connections)
	}
	return least, most
}

// MostTrials is the largest number of trials a row has.
func MostTrials(rows []SummaryRow) int {
	n := 0
	for _, r := range rows {
		n = max(n, r.N)
	}
	return n
}

// Lossy reports whether a row has no verdict because this lane or the baseline lost messages (rule 11).
func (r SummaryRow) Lossy() bool { return slices.ContainsFunc(r.Warnings, Warning.LessReach) }
