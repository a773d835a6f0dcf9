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
	look   look
	off    vg.Length // so that intervals of lanes do not hide each other
}

// Plot draws the line.
func (l factorLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	inside := func(v float64) vg.Length { return y(min(max(v, p.Y.Min), p.Y.Max)) }
	var run []vg.Point
	flush := func() {
		if len(run) > 1 {
			c.StrokeLines(l.look.line(), run)
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
	for _, one := range l.points {
		if one.row.N == 0 || !drawable(one.row.Median) {
			continue
		}
		at := vg.Point{X: x(one.x) + l.off, Y: inside(one.row.Median)}
		if bounded(one.row) {
			low, high := inside(one.row.Low), inside(one.row.High)
			style := draw.LineStyle{Color: l.look.color, Width: 0.9}
			c.StrokeLine2(style, at.X, low, at.X, high)
			c.StrokeLine2(style, at.X-1.8, low, at.X+1.8, low)
			c.StrokeLine2(style, at.X-1.8, high, at.X+1.8, high)
		} else {
			for _, t := range one.row.Values {
				dot(c, vg.Point{X: at.X, Y: inside(t.Value)}, 1, paper())
			}
		}
		l.look.point(c, at)
	}
}

// factorBars are a group of bars for each level, in it one for each lane, in the order of the legend.
type factorBars struct {
	data   factorData
	metric string
}

// groupRoom is the height of a group.
func groupRoom(lanes int) vg.Length { return max(13, 5+4.5*vg.Length(lanes)) }

// groupAxis puts levels one below the other, the first on top; level i is at -i.
func (f factorData) groupAxis(a *plot.Axis) {
	a.Min, a.Max = -float64(len(f.names))+0.5, 0.5
	var ticks []plot.Tick
	for i := range f.names {
		ticks = append(ticks, plot.Tick{Value: -float64(i), Label: f.label(i)})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
	a.Tick.Length = 0
}

// Plot draws the bars.
func (b factorBars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	lanes := b.data.lanes
	bar := min(0.8*(y(0)-y(-1))/vg.Length(len(lanes)), 16)
	for i, level := range b.data.names {
		for j, lane := range lanes {
			r := b.data.row(b.metric, lane, level)
			if r.N == 0 || !drawable(r.Median) {
				continue
			}
			middle := y(-float64(i)) - bar*vg.Length(float64(j)-float64(len(lanes)-1)/2)
			fillBox(c, barColor(lanes, j), x(0), x(max(r.Median, 0)), middle-bar*0.45, middle+bar*0.45)
			trialsOf(c, r, x, middle, bar)
		}
	}
}

// trialsOf draws the interval of a bar, or where there is none its trials.
func trialsOf(c draw.Canvas, r results.SummaryRow, x func(float64) vg.Length, middle, bar vg.Length) {
	if bounded(r) {
		drawInterval(c, draw.LineStyle{Color: ink(), Width: 0.8}, x(max(r.Low, 0)), x(max(r.High, 0)), middle, min(bar*0.3, 3))
		return
	}
	for _, t := range r.Values {
		if drawable(t.Value) {
			dot(c, vg.Point{X: x(max(t.Value, 0)), Y: middle}, 1, paper())
		}
	}
}

// barColor is a tint of the colour of the lane's transport: a lighter one for each lane of a group, as bars have no dashes and print has no
// colours.
func barColor(lanes []results.Lane, i int) color.Color {
	return tint(hue(lanes[i].Transport), 1-0.75*float64(i)/float64(max(len(lanes)-1, 1)))
}

// legend explains lanes, intervals, and single trials where a figure has no interval.
func (f factorData) legend(metrics []string) (out []entry) {
	if f.numbers != nil {
		out = lookEntries(f.lanes, f.looks)
	} else {
		for i, l := range f.lanes {
			out = append(out, boxEntry(laneLabel(l), barColor(f.lanes, i)))
		}
	}
	var rows []results.SummaryRow
	for _, lane := range f.lanes {
		rows = append(rows, f.rows(metrics, lane)...)
	}
	for i, r := range rows {
		if bounded(r) {
			rows[i].Values = nil
		}
	}
	return append(out, trialEntries(rows)...)
}
