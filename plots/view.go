package plots

import (
	"fmt"
	"slices"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// view is a run as charts look at it.
type view struct{ *results.View }

func newView(d *results.Data, rows []results.SummaryRow) *view {
	return &view{results.NewView(d, rows)}
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
	for _, l := range v.Lanes {
		one, ok := distribution{lane: l, merged: wire.NewHistogram()}, v.Trials(l)
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

// absent names the lanes that a picture leaves out; empty when it shows all.
func (v *view) absent(shown []results.Lane) string {
	var names []string
	for _, l := range v.Lanes {
		if !slices.ContainsFunc(shown, func(s results.Lane) bool { return s.Name == l.Name }) {
			names = append(names, l.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "Not shown, for lack of data: " + strings.Join(names, ", ") + "."
}
