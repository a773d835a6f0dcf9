package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// panel returns an empty plot in the house style.
func panel(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil // the figure is painted as a whole
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = textStyle(textSize, ink()).Font
		a.Label.TextStyle.Color = ink()
		a.Label.Padding = 3
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

// fromZero makes an axis from 0 to just above top, with ticks in one prefix, which is appended to its label.
func fromZero(a *plot.Axis, top float64, u words.Unit) {
	if !words.Finite(top) || top < least {
		top = 1
	}
	s := u.ScaleFor(top)
	step := niceStep(top/s.Factor/6) * s.Factor
	label := func(v float64) string { return words.Trimmed(v / s.Factor) }
	if u == words.Count { // of connections: whole, and written out
		s, step = words.Scale{Factor: 1}, max(1, niceStep(top/6))
		label = func(v float64) string { return words.Thousands(int(v)) }
	}
	a.Min, a.Max = 0, top
	var ticks []plot.Tick
	for i := 0; float64(i)*step <= top*(1+1e-9); i++ {
		v := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: v, Label: label(v)})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
	if s.Suffix != "" {
		a.Label.Text += " (" + s.Suffix + ")"
	}
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

// logarithmic makes an axis over [low, high], both above 0, with a number at every decade, or at 1, 2 and 5 of each where
// there are few.
func logarithmic(a *plot.Axis, low, high float64, u words.Unit) {
	low = max(low, 1e-12)
	high = max(high, 1.5*low)
	if u == words.Bytes {
		logarithmicBytes(a, low, high)
		return
	}
	first, last := math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	few := last-first <= 3
	a.Scale = plot.LogScale{}
	a.Min, a.Max = math.Pow(10, first), math.Pow(10, last)
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		for m := 1.0; m < 10; m++ {
			tick := plot.Tick{Value: m * math.Pow(10, e)}
			ticks = append(ticks, tick)
			if m != 1 && m != 2 && m != 5 {
				continue
			}
			if m == 1 || few {
				s := u.ScaleFor(tick.Value)
				ticks[len(ticks)-1].Label = words.Trimmed(tick.Value/s.Factor) + s.Unit()
			}
			if tick.Value <= low*(1+1e-9) {
				a.Min = tick.Value
			}
			if tick.Value >= high*(1-1e-9) {
				a.Max = min(a.Max, tick.Value)
			}
		}
	}
	// A label beyond the axis is not drawn, and would still be given room.
	a.Tick.Marker = plot.ConstantTicks(slices.DeleteFunc(ticks, func(t plot.Tick) bool { return t.Value < a.Min || t.Value > a.Max }))
}

// logarithmicBytes makes an axis of powers of 2, with a number at up to six of them.
func logarithmicBytes(a *plot.Axis, low, high float64) {
	first, last := math.Floor(math.Log2(low)), math.Ceil(math.Log2(high))
	step := math.Ceil((last - first) / 5)
	a.Scale = plot.LogScale{}
	a.Min, a.Max = math.Exp2(first), math.Exp2(last)
	var ticks []plot.Tick
	for e := first; e <= last; e++ {
		tick := plot.Tick{Value: math.Exp2(e)}
		if math.Mod(e-first, step) == 0 {
			s := words.Bytes.ScaleFor(tick.Value)
			tick.Label = words.Trimmed(tick.Value/s.Factor) + s.Unit()
		}
		ticks = append(ticks, tick)
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// percent makes an axis of a cumulative share, 0 to 1.
func percent(a *plot.Axis) {
	a.Min, a.Max = 0, 1
	a.Tick.Marker = plot.ConstantTicks([]plot.Tick{
		{Value: 0, Label: "0%"},
		{Value: 0.25, Label: "25%"},
		{Value: 0.5, Label: "50%"},
		{Value: 0.75, Label: "75%"},
		{Value: 1, Label: "100%"},
	})
}

// nines makes an axis of percentiles on which every further nine takes as much room as the one before. A narrow panel has no
// room for the words at its very beginning.
func nines(a *plot.Axis, last float64, wide bool) {
	a.Min, a.Max = 0, max(last, 1)
	ticks := []plot.Tick{{Value: nine(50), Label: "50%"}}
	if wide {
		ticks = append(ticks, plot.Tick{Value: 0, Label: "0%"})
	}
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

// drawable reports whether an axis can show a number: beyond 1e30 no unit of ours has a meaning, and the arithmetic of axes overflows.
func drawable(v float64) bool { return math.Abs(v) < 1e30 }
