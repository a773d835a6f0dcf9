package plots

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// mostThin is the number of lanes up to which single trials are drawn; beyond it they would hide the lanes.
const mostThin = 6

// ecdf draws which share of values lies below a time, one line a lane over thin lines of its trials.
func ecdf(all []distribution, xLabel, yLabel string) *plot.Plot {
	p := panel(xLabel, yLabel)
	p.Add(grid(true))
	low, high := math.Inf(1), 0.0
	for _, one := range all {
		if len(all) <= mostThin {
			for _, t := range one.trials {
				p.Add(&plotter.Line{XYs: cumulative(t), LineStyle: thinLine(one.lane)})
			}
		}
	}
	for _, one := range all {
		xy := cumulative(one.merged)
		low, high = min(low, xy[0].X), max(high, xy[len(xy)-1].X)
		p.Add(&plotter.Line{XYs: xy, LineStyle: laneLine(one.lane)})
	}
	logarithmic(&p.X, low, high, seconds)
	percent(&p.Y)
	return p
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

// distributionLegend names lanes, and trials where they are drawn.
func distributionLegend(all []distribution) []entry {
	legend := laneEntries(lanesOf(all))
	if len(all) <= mostThin {
		legend = append(legend, thinEntry("one trial"))
	}
	return legend
}
