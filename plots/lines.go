package plots

import (
	"cmp"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// line is the line of a lane, and what is written at its end.
type line struct {
	lane   results.Lane
	xy     plotter.XYs   // not empty
	behind []plotter.XYs // single trials
	points plotter.XYs   // single values
	figure string
}

// linePlot draws lines over axes that are made after, with the extent of all of them.
func (v *view) linePlot(all []line) (p *plot.Plot, from, to plotter.XY) {
	p = axes()
	p.Add(grid(true))
	of := v.looks(lanesOf(all))
	var front, values []plot.Plotter
	var extent plotter.XYs
	for _, l := range all {
		for _, xy := range l.behind {
			p.Add(&plotter.Line{XYs: xy, LineStyle: of[l.lane.Name].behind()})
			extent = append(extent, xy...)
		}
		front = append(front, &plotter.Line{XYs: l.xy, LineStyle: of[l.lane.Name].line()})
		values = append(values, points{l.points, of[l.lane.Name]})
		extent = slices.Concat(extent, l.xy, l.points)
	}
	p.Add(front...)
	p.Add(values...)
	p.Add(lineEnds(all))
	from.X, to.X, from.Y, to.Y = plotter.XYRange(extent)
	return p, from, to
}

// lanesOf are the lanes of lines.
func lanesOf(all []line) (out []results.Lane) {
	for _, l := range all {
		out = append(out, l.lane)
	}
	return out
}

// points are values on a line.
type points struct {
	plotter.XYs

	look look
}

// Plot draws the points.
func (s points) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, one := range s.XYs {
		s.look.point(c, vg.Point{X: x(one.X), Y: y(one.Y)})
	}
}

// lineEnds writes the name of each line beside the panel, at the height of its end or as near as the other names allow.
type lineEnds []line

const leader vg.Length = 12

func (l line) text() string { return strings.TrimSpace(laneLabel(l.lane) + "  " + l.figure) }

// number words a figure after what it is; empty: it is not known.
func (v *view) number(l results.Lane, metric string, u words.Unit, what string) string {
	r := v.Row(l.Name, metric)
	if r.N == 0 || !words.Finite(r.Median) {
		return ""
	}
	return what + u.Number(r.Median)
}

// Plot draws the names.
func (all lineEnds) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	ordered := slices.Clone(all)
	end := func(l line) plotter.XY { return l.xy[len(l.xy)-1] }
	slices.SortStableFunc(ordered, func(a, b line) int { return cmp.Compare(end(a).Y, end(b).Y) })
	var at []vg.Length
	for _, l := range ordered {
		at = append(at, min(max(y(end(l).Y), c.Min.Y), c.Max.Y))
	}
	apart(at, lineStep-1, c.Min.Y, c.Max.Y-textSize/2)
	s := textStyle(textSize, ink())
	s.YAlign = draw.YCenter
	for i, l := range ordered {
		from := vg.Point{X: x(end(l).X), Y: min(max(y(end(l).Y), c.Min.Y), c.Max.Y)}
		c.StrokeLines(draw.LineStyle{Color: quiet(), Width: 0.5}, []vg.Point{from, {X: max(from.X, c.Max.X), Y: from.Y}, {X: c.Max.X + leader - 2, Y: at[i]}})
		c.FillText(s, vg.Point{X: c.Max.X + leader, Y: at[i] + s.FontExtents().Descent}, l.text())
	}
}

// GlyphBoxes keeps room for the names.
func (all lineEnds) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	w := vg.Length(0)
	for _, l := range all {
		w = max(w, textStyle(textSize, ink()).Width(l.text()))
	}
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: leader + w}}}}
}

// apart moves ascending places apart, no farther than they must and within bounds.
func apart(at []vg.Length, step, low, high vg.Length) {
	for i := range at {
		if i > 0 {
			at[i] = max(at[i], at[i-1]+step)
		}
	}
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = min(at[i], high)
		high = at[i] - step
	}
	for i := range at {
		at[i] = max(at[i], low)
		low = at[i] + step
	}
}
