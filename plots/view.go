package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// view is a run as charts and report look at it.
type view struct {
	*results.Index

	d     *results.Data
	lanes []results.Lane // the contestants
	rows  map[rowKey]results.SummaryRow
	few   bool // no lane has enough trials for an interval
}

type rowKey struct{ lane, metric string }

func newView(d *results.Data, rows []results.SummaryRow) *view {
	v := &view{Index: results.NewIndex(d), d: d, lanes: d.Run.Contestants(), rows: map[rowKey]results.SummaryRow{}, few: most(rows) < stats.MinTrials}
	for _, r := range rows {
		v.rows[rowKey{r.Lane, r.Metric}] = r
	}
	return v
}

// row returns what is known about a metric of a lane, with NaN for what is not.
func (v *view) row(lane, metric string) results.SummaryRow {
	if r, ok := v.rows[rowKey{lane, metric}]; ok {
		return r
	}
	none := math.NaN()
	return results.SummaryRow{
		Lane: lane, Metric: metric, Median: none, Low: none, High: none, Ratio: none, RatioLow: none, RatioHigh: none,
	}
}

// known are the rows of the metrics that have a figure, lanes in the run's order.
func (v *view) known(metrics ...string) []results.SummaryRow {
	var out []results.SummaryRow
	for _, m := range metrics {
		for _, l := range v.lanes {
			if r := v.row(l.Name, m); r.N > 0 {
				out = append(out, r)
			}
		}
	}
	return out
}

// broadcast is the phase the headline figures of delivery come from; empty: the run has none.
func (v *view) broadcast() string {
	if len(v.d.Run.Broadcasts) == 0 {
		return ""
	}
	return v.d.Run.Broadcasts[0]
}

// connections are the smallest and largest number of connections anything was measured at in a phase.
func (v *view) connections(phase string) (least, most int) {
	for _, s := range v.d.Samples {
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

// mostTrials are as many of a lane as a picture shows one by one: of more, lines run together.
const mostTrials = 50

// distribution is what a lane's trials recorded of a metric: all of them merged, and each.
type distribution struct {
	lane   results.Lane
	merged *hdrhistogram.Histogram
	trials []*hdrhistogram.Histogram
}

// distributions returns the lanes that recorded something.
func (v *view) distributions(phase, metric string) ([]distribution, error) {
	var out []distribution
	for _, l := range v.lanes {
		one, ok := distribution{lane: l, merged: wire.NewHistogram()}, v.OKTrials(l.Name)
		for _, t := range ok {
			h, err := v.Histogram(t.Trial, phase, metric)
			if err != nil {
				return nil, fmt.Errorf("lane %s: %w", l.Name, err)
			}
			one.merged.Merge(h) // equal bounds: nothing is dropped
			if h.TotalCount() > 0 && len(ok) <= mostTrials {
				one.trials = append(one.trials, h)
			}
		}
		if one.merged.TotalCount() > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}

// lanesOf names the lanes of distributions.
func lanesOf(all []distribution) []results.Lane {
	var out []results.Lane
	for _, one := range all {
		out = append(out, one.lane)
	}
	return out
}

// absent says which lanes a picture leaves out; empty when it shows all.
func (v *view) absent(shown []results.Lane) string {
	var names []string
	for _, l := range v.lanes {
		if !slices.ContainsFunc(shown, func(s results.Lane) bool { return s.Name == l.Name }) {
			names = append(names, l.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Not shown, for lack of data: " + strings.Join(names, ", ") + "."
}
