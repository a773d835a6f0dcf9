package plots

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// tooLong is how many times as long as the next a bar must be to be cut: it would leave the others no length to compare.
const tooLong = 5

// end is where the axis of bars ends: at the longest, or at the longest that is not cut. A few are cut and never most, or the picture
// would hide what it is about.
func end(all []bar) float64 {
	ordered := slices.Clone(all)
	slices.SortFunc(ordered, func(a, b bar) int { return cmp.Compare(a.reach(), b.reach()) })
	longest := 0.0
	for i, one := range ordered {
		few := len(all)-i <= max(1, len(all)/3)
		if few && longest > 0 && drawable(one.row.Median) && one.row.Median > tooLong*longest {
			break
		}
		longest = max(longest, one.reach())
	}
	return longest
}

// cut reports whether a bar is longer than the axis.
func (b bars) cut(one bar) bool { return one.reach() > b.end }

// breakMark draws where a bar is cut: two slanted strokes with paper between them.
func breakMark(c draw.Canvas, x, middle, thick vg.Length) {
	const slant, wide vg.Length = 3, 3
	low, high := middle-thick/2-2, middle+thick/2+2
	c.FillPolygon(paper(), []vg.Point{{X: x - slant, Y: low}, {X: x - slant + wide, Y: low}, {X: x + slant + wide, Y: high}, {X: x + slant, Y: high}})
	line := draw.LineStyle{Color: ink(), Width: 0.8}
	c.StrokeLine2(line, x-slant, low, x+slant, high)
	c.StrokeLine2(line, x-slant+wide, low, x+slant+wide, high)
}

func cutEntry() entry {
	return entry{text: "bar is cut", wide: boxWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		fillBox(c, layerTint(hue("tcp"), 0, 1), left, right, middle-4, middle+4)
		breakMark(c, (left+right)/2-1.5, middle, 6)
	}}
}
