package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
)

const dotRadius vg.Length = 1.9

// dot is one trial: a ring, or a cross when the trial carries a warning.
func dot(c draw.Canvas, at vg.Point, r vg.Length, warned bool, fill color.Color) {
	if warned {
		line := draw.LineStyle{Color: ink(), Width: 1}
		c.StrokeLine2(line, at.X-r, at.Y-r, at.X+r, at.Y+r)
		c.StrokeLine2(line, at.X-r, at.Y+r, at.X+r, at.Y-r)
		return
	}
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink(), Radius: r + 0.6, Shape: draw.CircleGlyph{}}, at)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: fill, Radius: r - 0.1, Shape: draw.CircleGlyph{}}, at)
}

func fillBox(c draw.Canvas, fill color.Color, x0, x1, y0, y1 vg.Length) {
	c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

// trialPoints are single trials in a chart over connections, in the colour of their lane.
type trialPoints struct {
	lane   results.Lane
	points []trialPoint
}

type trialPoint struct {
	x, y   float64
	warned bool
}

// Plot draws the points.
func (t trialPoints) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, one := range t.points {
		dot(c, vg.Point{X: x(one.x), Y: y(one.y)}, dotRadius, one.warned, laneColor(t.lane))
	}
}
