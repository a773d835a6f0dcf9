package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// memoryVsConnections shows the points the slope is taken from, so that a reader can see whether they lie on a line.
func memoryVsConnections(v *view) (picture, error) {
	const metric = "rss_per_connection"
	var all []line
	for _, l := range v.drawn(metric) {
		values := v.levels(l)
		if len(values) == 0 {
			continue
		}
		one := line{lane: l, points: values, xy: fitted(values), figure: v.number(l, metric, words.Bytes, "each adds ")}
		if len(one.xy) == 0 {
			one.xy = values[len(values)-1:]
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return skip("no resident memory was sampled at any number of connections"), nil
	}
	p, _, to := v.linePlot(all)
	fromZero(&p.X, to.X*1.03, words.Count, v.ticks(1))
	heading := "resident memory"
	if oneTooHigh(all) {
		logarithmic(&p.Y, lowest(all), to.Y, words.Bytes)
		heading += ", logarithmic axis"
	} else {
		heading += fromZero(&p.Y, to.Y*1.05, words.Bytes, v.ticks(1))
	}
	return picture{
		panels: []panel{{heading + " over open connections, each trial a point", p}}, room: linesRoom,
		caption: v.caption(source{
			metric: metric, phrasing: phrasing{"adds", "per connection"}, at: []string{v.slopes()},
			how: "every trial at each number of connections after a forced GC, lines by least squares", of: lanesOf(all),
		}),
	}, nil
}

// oneTooHigh tells lines one of which leaves the others no height on an axis from zero.
func oneTooHigh(all []line) bool {
	var tops []float64
	for _, l := range all {
		tops = append(tops, l.xy[len(l.xy)-1].Y)
	}
	slices.Sort(tops)
	n := len(tops)
	return n > 1 && tops[n-2] > 0 && tops[n-1] > tooLong*tops[n-2] && lowest(all) > 0
}

// lowest is the least value of lines.
func lowest(all []line) float64 {
	low := math.Inf(1)
	for _, l := range all {
		for _, p := range slices.Concat(l.points, l.xy) {
			low = min(low, p.Y)
		}
	}
	return low
}

// levels returns every value of resident memory of the lane's trials that count.
func (v *view) levels(l results.Lane) (out plotter.XYs) {
	for _, t := range v.Trials(l) {
		for _, s := range v.Select(t.Trial, results.PhaseLevel, "process", "rss") {
			if drawable(s.Value) {
				out = append(out, plotter.XY{X: float64(s.Connections), Y: s.Value})
			}
		}
	}
	return out
}

// fitted returns the line through all points of a lane; nil when they allow none. It ends where the data end: what lies beyond is not
// measured. On a logarithmic axis it is bent, and so it has many points.
func fitted(points plotter.XYs) (out plotter.XYs) {
	var x, y []float64
	for _, p := range points {
		x, y = append(x, p.X), append(y, p.Y)
	}
	l := stats.Slope(x, y)
	if !l.OK {
		return nil
	}
	const steps = 32
	least, most, _, _ := plotter.XYRange(points)
	for i := range steps + 1 {
		at := least + (most-least)*float64(i)/steps
		value := l.Intercept + l.Slope*at
		if !drawable(value) {
			return nil
		}
		out = append(out, plotter.XY{X: at, Y: value})
	}
	return out
}
