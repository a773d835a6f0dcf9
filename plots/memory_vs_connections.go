package plots

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// memoryVsConnections shows the points the slope is taken from, so that a reader can see whether they lie on a line.
func memoryVsConnections(v *view) (picture, error) {
	const metric = "rss_per_connection"
	var lanes []results.Lane
	of := map[string][]trialPoint{}
	var top, right float64
	for _, l := range v.Lanes {
		points := v.levels(l)
		if len(points) == 0 {
			continue
		}
		lanes, of[l.Name] = append(lanes, l), points
		for _, one := range points {
			top, right = max(top, one.y), max(right, one.x)
		}
	}
	if len(lanes) == 0 {
		return skip("no resident memory was sampled at any number of connections"), nil
	}
	pic := linePicture(lanes, func(shown []results.Lane) *plot.Plot {
		p := panel("open connections", "resident memory")
		p.Add(grid(true))
		for _, l := range lanes {
			if !in(shown, l) {
				addFitted(p, of[l.Name], otherLine())
			}
		}
		for _, l := range shown {
			addFitted(p, of[l.Name], laneLine(l))
			p.Add(trialPoints{lane: l, points: of[l.Name]})
		}
		fromZero(&p.X, right*1.03, words.Count)
		fromZero(&p.Y, top*1.05, words.Bytes)
		return p
	}, dotEntry("one trial", false, quiet()))
	how := "every trial at " + words.Span(v.Connections(results.PhaseLevel)) + " connections, lines by least squares"
	sentence := "Resident memory after a forced GC"
	if len(v.Known(metric)) > 0 {
		sentence = v.sentence(metric, phrasing{"adds", "per connection"})
	}
	pic.caption = words.Join(v.caption(sentence, how, metric), v.absent(lanes))
	return pic, nil
}

// addFitted adds the line through all points of a lane, if they allow one.
func addFitted(p *plot.Plot, points []trialPoint, style draw.LineStyle) {
	var xy plotter.XYs
	for _, one := range points {
		xy = append(xy, plotter.XY{X: one.x, Y: one.y})
	}
	if line := fitted(xy); line != nil {
		p.Add(&plotter.Line{XYs: line, LineStyle: style})
	}
}

// levels returns every value of resident memory of the lane's trials that count.
func (v *view) levels(l results.Lane) []trialPoint {
	var out []trialPoint
	for _, t := range v.Trials(l) {
		for _, s := range v.Select(t.Trial, results.PhaseLevel, "process", "rss") {
			if drawable(s.Value) {
				out = append(out, trialPoint{x: float64(s.Connections), y: s.Value})
			}
		}
	}
	return out
}

// fitted returns the ends of the line through all points of a lane; nil when they allow none. It ends where the data
// end: what lies beyond is not measured.
func fitted(points plotter.XYs) plotter.XYs {
	var x, y []float64
	for _, p := range points {
		x, y = append(x, p.X), append(y, p.Y)
	}
	line := stats.Slope(x, y)
	if !line.OK {
		return nil
	}
	least, most, _, _ := plotter.XYRange(points)
	from, to := line.Intercept+line.Slope*least, line.Intercept+line.Slope*most
	if !words.Finite(from) || !words.Finite(to) {
		return nil
	}
	return plotter.XYs{{X: least, Y: from}, {X: most, Y: to}}
}
