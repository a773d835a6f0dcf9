package plots

import (
	"fmt"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// view is a run as charts look at it.
type view struct {
	*results.View

	half bool // the picture is for half a page
}

func newView(d *results.Data, rows []results.SummaryRow) *view {
	return &view{View: results.NewView(d, rows)}
}

// wide is the width of the picture.
func (v *view) wide() vg.Length {
	if v.half {
		return halfWidth
	}
	return fullWidth
}

// ticks is about how many there may be on an axis below each of some panels side by side.
func (v *view) ticks(panels int) int {
	if v.half {
		return 3
	}
	return 8 / max(panels, 1)
}

// mostTrials are as many of a lane as a picture shows one by one: of more, lines run together.
const mostTrials = 50

// distribution is what a lane's trials recorded of a metric: all of them merged, and each.
type distribution struct {
	lane   results.Lane
	merged *hdrhistogram.Histogram
	trials []*hdrhistogram.Histogram
}

// distributions returns those of the lanes that recorded something.
func (v *view) distributions(lanes []results.Lane, phase, metric string) ([]distribution, error) {
	var out []distribution
	for _, l := range lanes {
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

// in reports whether a lane is among some.
func in(lanes []results.Lane, l results.Lane) bool {
	return slices.ContainsFunc(lanes, func(o results.Lane) bool { return o.Name == l.Name })
}
