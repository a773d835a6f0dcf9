package plots

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// axes returns an empty plot in the house style. Its axes have no labels: the heading of the panel says what they are.
func axes() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the figure is painted as a whole
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Tick.Label.Font = textStyle(textSize, ink()).Font
		a.Tick.Label.Color = ink()
		a.Tick.Length = 4
		a.Color, a.Tick.Color = quiet(), quiet()
		a.Padding = 0
	}
	return p
}

// grid draws the lines a value is read against: those of the x axis, and of the y axis where it is a scale too.
func grid(horizontal bool) *plotter.Grid {
	style := draw.LineStyle{Color: faint(), Width: 0.5}
	g := &plotter.Grid{Vertical: style}
	if horizontal {
		g.Horizontal = style
	}
	return g
}

// least is the smallest top of an axis: below an attosecond or a billionth of a byte there is nothing to show, and the
// arithmetic of ticks runs out of digits.
const least = 1e-18

// fromZero makes an axis from 0 to top with about so many ticks in one unit. It returns the unit, for the heading.
func fromZero(a *plot.Axis, top float64, u words.Unit, ticks int) string {
	if !words.Finite(top) || top < least {
		top = 1
	}
	s := u.ScaleFor(top)
	step := niceStep(top/s.Factor/float64(ticks)) * s.Factor
	label := func(v float64) string { return words.Trimmed(v / s.Factor) }
	if u == words.Count { // of connections: whole, and written out
		s, step = words.Scale{Factor: 1}, max(1, niceStep(top/float64(ticks)))
		label = func(v float64) string { return words.Thousands(int(v)) }
	}
	a.Min, a.Max = 0, top
	var marks []plot.Tick
	for i := 0; float64(i)*step <= top*(1+1e-9); i++ {
		v := float64(i) * step
		marks = append(marks, plot.Tick{Value: v, Label: label(v)})
	}
	a.Tick.Marker = plot.ConstantTicks(marks)
	if s.Suffix == "" {
		return ""
	}
	return " (" + s.Suffix + ")"
}

// niceStep returns the smallest of 1, 2, 2.5, 5 times a power of ten that is not below v.
func niceStep(v float64) float64 {
	power := math.Pow10(int(math.Floor(math.Log10(v))))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// nines makes an axis of percentiles on which every further nine takes as much room as the one before.
func nines(a *plot.Axis, last float64) {
	a.Min, a.Max = 0, max(last, 1)
	ticks := []plot.Tick{{Value: nine(50), Label: "50%"}}
	label := "9"
	for n := 1.0; n <= a.Max+1e-9; n++ {
		switch n {
		case 1:
			label = "90"
		case 2:
			label = "99"
		case 3:
			label = "99.9"
		default:
			label += "9"
		}
		ticks = append(ticks, plot.Tick{Value: n, Label: label + "%"})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// nine is the place of a percentile on the axis of nines: 90 -> 1, 99 -> 2.
func nine(percentile float64) float64 { return -math.Log10(1 - percentile/100) }

// laneAxis puts lanes one below the other, the first on top; lane i is at -i. Further panels repeat no names.
func laneAxis(a *plot.Axis, lanes []results.Lane, named bool) {
	a.Min, a.Max = -float64(len(lanes))+0.5, 0.5
	var ticks []plot.Tick
	for i, l := range lanes {
		if named {
			ticks = append(ticks, plot.Tick{Value: -float64(i), Label: laneLabel(l)})
		}
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
	a.Tick.Length = 0
}

// laneRoom is the height of a row of lanes: more, where there are few.
func laneRoom(lanes int, atLeast vg.Length) vg.Length {
	return max(atLeast, min(168/vg.Length(max(lanes, 1)), 24))
}

// rowsRoom is the height of a panel of rows, and of the axis below them.
func rowsRoom(lanes int, atLeast vg.Length) vg.Length {
	return 18 + vg.Length(max(lanes, 1))*laneRoom(lanes, atLeast)
}

// thinnest is the least height of a row of one text.
const thinnest vg.Length = 15

// drawable reports whether an axis can show a number: beyond 1e30 no unit of ours has a meaning, and the arithmetic of axes overflows.
func drawable(v float64) bool { return math.Abs(v) < 1e30 }
