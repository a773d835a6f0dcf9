package plots

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// mark is a figure in seconds, and how it is drawn in the row of its lane.
type mark struct {
	metric, name string
	shape        draw.GlyphDrawer
}

// marks draws a row a lane with a mark for each figure, on a logarithmic axis: what takes a thousandth of another can be read beside it.
// It is a gonum plotter.
type marks struct {
	v           *view
	lanes       []results.Lane
	all         []mark
	left, right string // the metrics whose numbers stand at the ends of a row; empty: none does
}

var (
	_ plot.Plotter    = marks{}
	_ plot.GlyphBoxer = marks{}
)

const markRadius vg.Length = 3

// marked is a picture of marks.
func (v *view) marked(m marks, heading string) (picture, []results.Lane) {
	m.v = v
	p := axes()
	low, high := math.Inf(1), 0.0
	for _, l := range m.lanes {
		if from, to, ok := m.span(l); ok {
			low, high = min(low, from), max(high, to)
		}
	}
	if high == 0 {
		return skip("no lane has a figure above 0"), nil
	}
	logarithmic(&p.X, low, high, words.Seconds)
	laneAxis(&p.Y, m.lanes, true)
	p.Y.Width = 0 // numbers may stand left of the axis
	p.Add(grid(false), m)
	pic := picture{panels: []panel{{heading, p}}, room: rowsRoom(len(m.lanes), thinnest)}
	for _, one := range m.all {
		if len(v.Known(one.metric)) > 0 {
			pic.legend = append(pic.legend, entry{text: one.name, wide: dotWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
				one.draw(c, vg.Point{X: (left + right) / 2, Y: middle}, hue("tcp"))
			}})
		}
	}
	if !v.half {
		pic.legend = append(pic.legend, v.transports(m.lanes)...)
	}
	return pic, m.lanes
}

// span are the smallest and the largest figure of a lane; not ok: it has none.
func (m marks) span(l results.Lane) (low, high float64, ok bool) {
	low = math.Inf(1)
	for _, one := range m.all {
		if v, known := m.figure(l, one); known {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high, high > 0
}

// figure is that of a mark in the row of a lane; not ok: there is none that the axis has a place for.
func (m marks) figure(l results.Lane, one mark) (v float64, ok bool) {
	v = m.v.Row(l.Name, one.metric).Median
	return v, drawable(v) && v >= shortest
}

// Plot draws the rows.
func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, l := range m.lanes {
		middle := y(-float64(i))
		low, high, ok := m.span(l)
		if !ok {
			write(c, "no figure", c.Min.X+labelGap, middle)
			continue
		}
		c.StrokeLine2(draw.LineStyle{Color: tint(hue(l.Transport), 0.5), Width: 0.7}, x(low), middle, x(high), middle)
		for _, one := range m.all {
			if v, known := m.figure(l, one); known {
				one.draw(c, vg.Point{X: x(v), Y: middle}, hue(l.Transport))
			}
		}
		left, right := m.v.number(l, m.left, words.Seconds, ""), m.v.number(l, m.right, words.Seconds, "")
		write(c, left, x(low)-m.before(left), middle)
		write(c, right, x(high)+markRadius+labelGap, middle)
	}
}

// draw draws a mark.
func (k mark) draw(c draw.Canvas, at vg.Point, ink color.Color) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: markRadius, Shape: k.shape}, at)
}

// before is how far before the first mark of a row its number begins.
func (m marks) before(number string) vg.Length {
	return markRadius + labelGap + textStyle(textSize, ink()).Width(number)
}

// GlyphBoxes keeps room for the numbers.
func (m marks) GlyphBoxes(p *plot.Plot) (boxes []plot.GlyphBox) {
	for i, l := range m.lanes {
		low, high, ok := m.span(l)
		if !ok {
			continue
		}
		y := p.Y.Norm(-float64(i))
		boxes = append(boxes,
			plot.GlyphBox{X: p.X.Norm(low), Y: y, Rectangle: vg.Rectangle{Min: vg.Point{X: -labelGap - m.before(m.v.number(l, m.left, words.Seconds, ""))}}},
			plot.GlyphBox{X: p.X.Norm(high), Y: y, Rectangle: vg.Rectangle{Max: vg.Point{X: m.before(m.v.number(l, m.right, words.Seconds, ""))}}})
	}
	return boxes
}
