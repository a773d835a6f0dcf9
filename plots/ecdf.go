package plots

import (
	"math"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// ecdf draws which share of values lies below a time, one line a lane; where there are few, over thin lines of its trials.
func ecdf(all []distribution, xLabel, yLabel string) picture {
	lines := curves(all, cumulative)
	return linePicture(lanesOf(all), func(shown []results.Lane) *plot.Plot {
		p := panel(xLabel, yLabel)
		p.Add(grid(true))
		low, high := addCurves(p, lines, shown, func(xy plotter.XYs) (low, high float64) { return xy[0].X, xy[len(xy)-1].X })
		logarithmic(&p.X, low, high, words.Seconds)
		percent(&p.Y)
		return p
	}, trialLineEntries(all)...)
}

// curve is a distribution as points.
type curve struct {
	lane   results.Lane
	merged plotter.XYs
	trials []plotter.XYs // where there are few lanes
}

func curves(all []distribution, points func(*hdrhistogram.Histogram) plotter.XYs) (out []curve) {
	for _, one := range all {
		c := curve{lane: one.lane, merged: points(one.merged)}
		if len(all) <= MostLines {
			for _, t := range one.trials {
				c.trials = append(c.trials, points(t))
			}
		}
		out = append(out, c)
	}
	return out
}

// addCurves adds a line of each: of lanes that are shown in their colours, over thin lines of their trials, and of all others
// behind them. It returns the extent of all these lines.
func addCurves(p *plot.Plot, all []curve, shown []results.Lane, extent func(plotter.XYs) (low, high float64)) (low, high float64) {
	low, high = math.Inf(1), 0.0
	line := func(xy plotter.XYs, style draw.LineStyle) *plotter.Line {
		if len(xy) > 0 {
			from, to := extent(xy)
			low, high = min(low, from), max(high, to)
		}
		return &plotter.Line{XYs: xy, LineStyle: style}
	}
	var front []plot.Plotter
	for _, one := range all {
		if !in(shown, one.lane) {
			p.Add(line(one.merged, otherLine()))
			continue
		}
		for _, t := range one.trials {
			p.Add(line(t, thinLine(one.lane)))
		}
		front = append(front, line(one.merged, laneLine(one.lane)))
	}
	p.Add(front...)
	return low, high
}

// cumulative returns the distribution in steps of one percent, finer at the end, where it matters on a logarithmic axis.
func cumulative(h *hdrhistogram.Histogram) plotter.XYs {
	var percentiles []float64
	for p := 1.0; p < 100; p++ {
		percentiles = append(percentiles, p)
	}
	percentiles = append(percentiles, 99.5, 99.9, 100)
	xy := plotter.XYs{{X: positive(h.Min()), Y: 0}}
	for i, v := range h.ValueAtPercentilesSlice(percentiles) {
		xy = append(xy, plotter.XY{X: max(positive(v), xy[i].X), Y: percentiles[i] / 100})
	}
	return xy
}

// positive turns ns of a histogram into seconds a logarithmic axis can show.
func positive(nanos int64) float64 { return float64(max(nanos, 1)) / 1e9 }

// trialLineEntries explain the lines of trials, where they are drawn.
func trialLineEntries(all []distribution) []entry {
	drawn := func(one distribution) bool { return len(one.trials) > 0 }
	if len(all) > MostLines || !slices.ContainsFunc(all, drawn) {
		return nil
	}
	return []entry{thinEntry("one trial")}
}
