package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// bar is a lane in a chart of bars: layers from zero on, every trial as a dot over the interval of their median.
type bar struct {
	lane   results.Lane
	layers []float64 // base units; unknown layers have no width
	row    results.SummaryRow
}

// bars draws one bar a lane, one below the other. It is a gonum plotter.
type bars struct {
	bars []bar
	unit words.Unit
}

var (
	_ plot.Plotter    = bars{}
	_ plot.GlyphBoxer = bars{}
)

const (
	thickest vg.Length = 30 // a bar of a chart with one lane should not fill the page
	labelGap vg.Length = 5
)

// Plot draws the bars.
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	lane := y(0) - y(-1)
	thick := min(0.72*lane, thickest)
	for i, one := range b.bars {
		middle := y(-float64(i))
		from := 0.0
		for j, v := range one.layers {
			if !drawable(v) || v <= 0 {
				continue
			}
			fillBox(c, layerTint(laneColor(one.lane), j, len(one.layers)), x(from), x(from+v), middle-thick/2, middle+thick/2)
			from += v
		}
		one.trials(c, x, middle, thick)
		b.number(c, one, x(one.reach())+labelGap, middle)
	}
}

// number writes a bar's figure behind it, free of the grid.
func (b bars) number(c draw.Canvas, one bar, left, middle vg.Length) {
	s := textStyle(textSize, ink())
	s.YAlign = draw.YCenter
	fillBox(c, color.White, left-1, left+s.Width(b.label(one))+1, middle-textSize/2, middle+textSize/2)
	c.FillText(s, vg.Point{X: left, Y: middle + s.FontExtents().Descent/2}, b.label(one))
}

// trials draws a lane's interval and its trials above it, in their order from top to bottom.
func (b bar) trials(c draw.Canvas, x func(float64) vg.Length, middle, thick vg.Length) {
	line := draw.LineStyle{Color: ink(), Width: 1}
	radius := min(dotRadius, thick/8) // thin bars: dots must not hide the interval
	tip := max(thick/5, min(thick/2, 6))
	if drawable(b.row.Low) && drawable(b.row.High) {
		c.StrokeLine2(line, x(max(b.row.Low, 0)), middle, x(max(b.row.High, 0)), middle)
		for _, v := range []float64{b.row.Low, b.row.High} {
			c.StrokeLine2(line, x(max(v, 0)), middle-tip, x(max(v, 0)), middle+tip)
		}
	}
	n := len(b.row.Values)
	for i, v := range b.row.Values {
		if !drawable(v.Value) {
			continue
		}
		off := (float64(n-1)/2 - float64(i)) / float64(n)
		dot(c, vg.Point{X: x(max(v.Value, 0)), Y: middle + vg.Length(off)*0.8*thick}, radius, len(v.Warnings) > 0, color.White)
	}
}

// reach is the rightmost value a bar draws.
func (b bar) reach() float64 {
	right := 0.0
	for _, v := range b.layers {
		if drawable(v) && v > 0 {
			right += v
		}
	}
	for _, v := range b.row.Values {
		if drawable(v.Value) {
			right = max(right, v.Value)
		}
	}
	if drawable(b.row.High) {
		right = max(right, b.row.High)
	}
	return right
}

func (b bars) label(one bar) string {
	if one.row.N == 0 || !words.Finite(one.row.Median) {
		return "no figure"
	}
	return b.unit.Number(one.row.Median)
}

// top is the right end of the longest bar.
func (b bars) top() float64 {
	top := 0.0
	for _, one := range b.bars {
		top = max(top, one.reach())
	}
	return top
}

// GlyphBoxes keeps room for the numbers behind the bars.
func (b bars) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var boxes []plot.GlyphBox
	for i, one := range b.bars {
		w := textStyle(textSize, ink()).Width(b.label(one))
		boxes = append(boxes, plot.GlyphBox{
			X: p.X.Norm(one.reach()), Y: p.Y.Norm(-float64(i)),
			Rectangle: vg.Rectangle{Max: vg.Point{X: labelGap + w}},
		})
	}
	return boxes
}

func (b bars) lanes() []results.Lane {
	var out []results.Lane
	for _, one := range b.bars {
		out = append(out, one.lane)
	}
	return out
}
