package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
)

// factorPoint is a figure at a level.
type factorPoint struct {
	x   float64
	row results.SummaryRow // N 0: nothing is known of the level
}

// points are a lane's figures from the smallest level to the largest.
func (f factorData) points(metric string, lane results.Lane) []factorPoint {
	out := make([]factorPoint, 0, len(f.names))
	for _, i := range f.order() {
		out = append(out, factorPoint{f.numbers[i], f.row(metric, lane, f.names[i])})
	}
	return out
}

// factorLine is a line through medians with their intervals, or where there are none with single trials. Where a level lacks the
// figure the line is interrupted.
type factorLine struct {
	points []factorPoint
	line   draw.LineStyle
	lane   *results.Lane // nil: it is drawn behind the others
	off    vg.Length     // so that intervals of lanes do not hide each other
}

// Plot draws the line.
func (l factorLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	inside := func(v float64) vg.Length { return y(min(max(v, p.Y.Min), p.Y.Max)) }
	var run []vg.Point
	flush := func() {
		if len(run) > 1 {
			c.StrokeLines(l.line, run)
		}
		run = nil
	}
	for _, one := range l.points {
		if one.row.N == 0 || !drawable(one.row.Median) {
			flush()
			continue
		}
		run = append(run, vg.Point{X: x(one.x) + l.off, Y: inside(one.row.Median)})
	}
	flush()
	if l.lane == nil {
		return
	}
	for _, one := range l.points {
		if one.row.N == 0 || !drawable(one.row.Median) {
			continue
		}
		at := vg.Point{X: x(one.x) + l.off, Y: inside(one.row.Median)}
		if drawable(one.row.Low) && drawable(one.row.High) {
			low, high := inside(one.row.Low), inside(one.row.High)
			style := draw.LineStyle{Color: laneColor(*l.lane), Width: 0.9}
			c.StrokeLine2(style, at.X, low, at.X, high)
			c.StrokeLine2(style, at.X-1.8, low, at.X+1.8, low)
			c.StrokeLine2(style, at.X-1.8, high, at.X+1.8, high)
		} else {
			for _, t := range one.row.Values {
				dot(c, vg.Point{X: at.X, Y: inside(t.Value)}, 1, len(t.Warnings) > 0, color.White)
			}
		}
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: laneColor(*l.lane), Radius: 1.8, Shape: draw.CircleGlyph{}}, at)
	}
}

// factorBars are a group of bars for each level, in it one for each lane, in the order of the legend.
type factorBars struct {
	data   factorData
	metric string
	lanes  []results.Lane
}

// groupRoom is the height of a group.
func groupRoom(lanes int) vg.Length { return max(15, 6+5*vg.Length(lanes)) }

// groupAxis puts levels one below the other, the first on top; level i is at -i.
func (f factorData) groupAxis(a *plot.Axis) {
	a.Min, a.Max = -float64(len(f.names))+0.5, 0.5
	var ticks []plot.Tick
	for i := range f.names {
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: f.label(i)})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
	a.Tick.Length = 0
	a.Label.Text = f.key
}

// Plot draws the bars.
func (b factorBars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	thick := 0.8 * (y(0) - y(-1)) / vg.Length(len(b.lanes))
	bar := min(thick, 16)
	for i, level := range b.data.names {
		for j, lane := range b.lanes {
			r := b.data.row(b.metric, lane, level)
			if r.N == 0 || !drawable(r.Median) {
				continue
			}
			middle := y(-float64(i)) - bar*vg.Length(float64(j)-float64(len(b.lanes)-1)/2)
			fillBox(c, barColor(b.lanes, j), x(0), x(max(r.Median, 0)), middle-bar*0.45, middle+bar*0.45)
			b.mark(c, r, x, middle, bar)
		}
	}
}

// mark draws the interval of a bar, or where there is none its trials.
func (b factorBars) mark(c draw.Canvas, r results.SummaryRow, x func(float64) vg.Length, middle, bar vg.Length) {
	if !drawable(r.Low) || !drawable(r.High) {
		for _, t := range r.Values {
			if drawable(t.Value) {
				dot(c, vg.Point{X: x(max(t.Value, 0)), Y: middle}, 1, len(t.Warnings) > 0, color.White)
			}
		}
		return
	}
	line := draw.LineStyle{Color: ink(), Width: 0.8}
	low, high, tip := x(max(r.Low, 0)), x(max(r.High, 0)), min(bar*0.3, 3)
	c.StrokeLine2(line, low, middle, high, middle)
	c.StrokeLine2(line, low, middle-tip, low, middle+tip)
	c.StrokeLine2(line, high, middle-tip, high, middle+tip)
}

// barColor is a tint of the lane's colour: another one for each lane of a panel that has the same, as bars have no dashes.
func barColor(lanes []results.Lane, i int) color.Color {
	alike := 0
	for _, l := range lanes[:i] {
		if laneColor(l) == laneColor(lanes[i]) {
			alike++
		}
	}
	return tint(laneColor(lanes[i]), []float64{0.75, 0.35, 0.55}[alike%3])
}

// legend explains lanes.
func (f factorData) legend(lanes []results.Lane) (out []entry) {
	if f.numbers != nil {
		return laneEntries(lanes)
	}
	for i, l := range lanes {
		out = append(out, entry{text: laneLabel(l), wide: boxWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			fillBox(c, barColor(lanes, i), left, right, middle-4, middle+4)
		}})
	}
	return out
}

// marks explain intervals, or single trials where a figure has none, and lanes of other panels.
func (f factorData) marks(metrics []string, lanes []results.Lane) (out []entry) {
	var rows []results.SummaryRow
	for _, lane := range lanes {
		rows = append(rows, f.rows(metrics, lane)...)
	}
	for i, r := range rows {
		if drawable(r.Low) && drawable(r.High) {
			rows[i].Values = nil
		}
	}
	if f.numbers != nil && len(lanes) > MostLines {
		out = append(out, otherEntry())
	}
	return append(out, trialEntries(rows)...)
}
