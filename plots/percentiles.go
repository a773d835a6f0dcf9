package plots

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// withTrials are as many lanes as have room for the lines of their single trials behind them.
const withTrials = 4

// fastest is the shortest time an axis has: nothing comes through a socket within a microsecond, and what was recorded as less tells how
// late a clock was read.
const fastest = 1e-6

// percentiles shows a time over the share of whatever took no longer: the whole tail at one look, as every nine takes as much room as the
// one before it. Each line carries the figure of a metric, which ends in the percentile that it is: p99.
func (v *view) percentiles(phase, recorded, metric, heading string) (picture, []results.Lane, error) {
	all, err := v.distributions(v.drawn(metric), phase, recorded)
	if err != nil {
		return picture{}, nil, err
	}
	pic := picture{room: linesRoom}
	var lines []line
	for _, one := range all {
		l := line{lane: one.lane, xy: tail(one.merged), figure: v.number(one.lane, metric, words.Seconds, metric[len(metric)-3:]+" ")}
		if len(l.xy) == 0 {
			continue
		}
		for _, t := range one.trials {
			if xy := tail(t); len(all) <= withTrials && len(xy) > 0 {
				l.behind = append(l.behind, xy)
			}
		}
		if len(l.behind) > 0 {
			pic.legend = []entry{thinEntry("one trial")}
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return skip("too few values were recorded in phase %s", phase), nil, nil
	}
	p, from, to := v.linePlot(lines)
	nines(&p.X, to.X)
	logarithmic(&p.Y, from.Y, to.Y, words.Seconds)
	pic.panels = []panel{{heading, p}}
	return pic, lanesOf(lines), nil
}

// linesRoom is the height of a panel of lines.
const linesRoom vg.Length = 190

// tail returns the time over nines, as far as the number of values carries it.
func tail(h *hdrhistogram.Histogram) plotter.XYs {
	last := lastNine(h)
	if last <= 0 {
		return nil
	}
	var percentiles []float64
	at := []float64{nine(10)} // the luckiest ones would stretch the axis of all
	for i := 2; float64(i)*0.04 < last; i++ {
		at = append(at, float64(i)*0.04)
	}
	at = append(at, last)
	for _, x := range at {
		percentiles = append(percentiles, 100*(1-math.Pow(10, -x)))
	}
	var xy plotter.XYs
	for i, v := range h.ValueAtPercentilesSlice(percentiles) {
		xy = append(xy, plotter.XY{X: at[i], Y: max(float64(v)/1e9, fastest)})
	}
	return xy
}

// lastNine is the last place on the axis of nines that the number of values carries: p99 needs 1 000, p99.9 10 000
// (rule 10), so that at least ten values lie beyond every percentile drawn.
func lastNine(h *hdrhistogram.Histogram) float64 {
	if h.TotalCount() < 10 {
		return 0
	}
	return math.Log10(float64(h.TotalCount())) - 1
}

// middleAndTail shows on half a page what percentiles shows on a whole one: the time within which half of all was done, and 99% of it.
func (v *view) middleAndTail(half, most, what, heading string) (picture, []results.Lane) {
	if len(v.Known(half)) == 0 {
		return skip("no trial has %s", half), nil
	}
	sortBy := most
	if len(v.Known(most)) == 0 {
		sortBy = half
	}
	return v.marked(marks{
		lanes: v.drawn(sortBy), left: half, right: sortBy,
		all: []mark{{half, "half of the " + what, draw.RingGlyph{}}, {most, "99% of them", draw.CircleGlyph{}}},
	}, heading)
}
