package plots

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results/words"
)

// shortest is the least number of an axis without a zero: below a picosecond there is nothing to show.
const shortest = 1e-12

// logarithmic makes an axis over [low, high], both above 0, with a number at every decade, or at 1, 2 and 5 of each where
// there are few.
func logarithmic(a *plot.Axis, low, high float64, u words.Unit) {
	low = max(low, shortest)
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

// thin takes their labels, and so their lines in the grid, from ticks of an axis of some length that would touch others: the ends keep theirs,
// and then the first of the rest.
func thin(a *plot.Axis, room vg.Length, extent func(string) vg.Length) {
	ticks := slices.Clone(a.Tick.Marker.Ticks(a.Min, a.Max))
	var labelled []int
	for i, t := range ticks {
		if !t.IsMinor() {
			labelled = append(labelled, i)
		}
	}
	slices.SortStableFunc(labelled, func(i, j int) int { return cmp.Compare(ticks[i].Value, ticks[j].Value) })
	if n := len(labelled); n > 1 {
		labelled = append([]int{labelled[0], labelled[n-1]}, labelled[1:n-1]...)
	}
	type place struct{ from, to vg.Length }
	var taken []place
	for _, i := range labelled {
		half := extent(ticks[i].Label) / 2
		at := room * vg.Length(a.Norm(ticks[i].Value))
		if slices.ContainsFunc(taken, func(p place) bool { return at-half < p.to && p.from < at+half }) {
			ticks[i].Label = ""
			continue
		}
		taken = append(taken, place{at - half, at + half})
	}
	a.Tick.Marker = plot.ConstantTicks(ticks)
}

// labelWidth is the room that the label of a tick takes on a horizontal axis, and labelHeight that on a vertical one.
func labelWidth(label string) vg.Length { return textStyle(textSize, ink()).Width(label) + 6 }

func labelHeight(label string) vg.Length { return textStyle(textSize, ink()).Height(label) + 1 }
