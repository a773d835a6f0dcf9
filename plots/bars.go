package plots

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// bar is a figure of a lane: its median in layers from zero on, every trial as a dot over the interval of the median.
type bar struct {
	lane   results.Lane
	row    results.SummaryRow
	layers []float64 // in any one unit: they share the length of the bar; nil, or with one that is unknown: it has no layers
	at     float64   // its place on the axis of lanes
	behind string    // what stands behind the number
}

// lengths are those of the layers, together the median: medians of parts do not add up to the median of the whole, and a bar that ends
// beside its own interval is taken for a mistake.
func (b bar) lengths() []float64 {
	whole, sum := b.row.Median, 0.0
	if !drawable(whole) || whole <= 0 {
		return nil
	}
	for _, v := range b.layers {
		sum += max(v, 0)
	}
	if !drawable(sum) || sum == 0 {
		return []float64{whole}
	}
	out := make([]float64, len(b.layers))
	for i, v := range b.layers {
		out[i] = whole * (max(v, 0) / sum)
	}
	return out
}

// reach is the rightmost value a bar draws.
func (b bar) reach() float64 {
	right := 0.0
	for _, v := range b.drawn() {
		right = max(right, v)
	}
	return right
}

// drawn are the values a bar draws.
func (b bar) drawn() []float64 {
	all := []float64{b.row.Median, b.row.High}
	for _, v := range b.row.Values {
		all = append(all, v.Value)
	}
	return slices.DeleteFunc(all, func(v float64) bool { return !drawable(v) })
}

// bars draws one or more bars a lane, one below the other. It is a gonum plotter.
type bars struct {
	bars  []bar
	pitch float64 // from one bar to the next, on the axis of lanes
	unit  words.Unit
	end   float64 // of the axis: bars that are longer are cut
}

var (
	_ plot.Plotter    = bars{}
	_ plot.GlyphBoxer = bars{}
)

const (
	thickest vg.Length = 17 // a bar of a chart with one lane should not fill the page
	labelGap vg.Length = 5
)

// Plot draws the bars.
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	thick := min(0.72*(y(b.pitch)-y(0)), thickest)
	for _, one := range b.bars {
		middle, from, color := y(one.at), 0.0, hue(one.lane.Transport)
		lengths := one.lengths()
		for j, v := range lengths {
			to := min(from+v, b.end)
			fillBox(c, layerTint(color, j, len(lengths)), x(min(from, b.end)), x(to), middle-thick/2, middle+thick/2)
			from += v
		}
		if b.cut(one) {
			breakMark(c, x(b.end)-2*labelGap, middle, thick)
		} else {
			one.trials(c, x, middle, thick)
		}
		write(c, b.label(one), x(min(one.reach(), b.end))+labelGap, middle)
	}
}

// trials draws a lane's interval and its trials above it, in their order from top to bottom.
func (b bar) trials(c draw.Canvas, x func(float64) vg.Length, middle, thick vg.Length) {
	if bounded(b.row) {
		drawInterval(c, draw.LineStyle{Color: ink(), Width: 1}, x(max(b.row.Low, 0)), x(max(b.row.High, 0)), middle, max(thick/5, min(thick/2, 5)))
	}
	n := len(b.row.Values)
	for i, v := range b.row.Values {
		if !drawable(v.Value) {
			continue
		}
		off := (float64(n-1)/2 - float64(i)) / float64(n)
		dot(c, vg.Point{X: x(max(v.Value, 0)), Y: middle + vg.Length(off)*0.8*thick}, min(dotRadius, thick/8), paper()) // dots of a thin bar must not hide the interval
	}
}

func (b bars) label(one bar) string {
	if one.row.N == 0 || !words.Finite(one.row.Median) {
		return "no figure"
	}
	return b.unit.Number(one.row.Median) + one.behind
}

// GlyphBoxes keeps room for the numbers behind the bars.
func (b bars) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var boxes []plot.GlyphBox
	for _, one := range b.bars {
		w := textStyle(textSize, ink()).Width(b.label(one))
		boxes = append(boxes, plot.GlyphBox{
			X: p.X.Norm(min(one.reach(), b.end)), Y: p.Y.Norm(one.at),
			Rectangle: vg.Rectangle{Max: vg.Point{X: labelGap + w}},
		})
	}
	return boxes
}
