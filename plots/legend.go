package plots

import (
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
)

// entry explains one mark. Legends are above the data, never on them.
type entry struct {
	text string
	wide vg.Length // of the mark
	mark func(c draw.Canvas, left, right, middle vg.Length)
}

const (
	lineWide vg.Length = 22
	boxWide  vg.Length = 12
	dotWide  vg.Length = 6
	markGap  vg.Length = 4
	entryGap vg.Length = 13
)

func (e entry) width() vg.Length {
	return e.wide + markGap + textStyle(textSize, ink()).Width(e.text)
}

// rows breaks a legend into lines that fit.
func legendRows(entries []entry, room vg.Length) [][]entry {
	var out [][]entry
	used := room + 1
	for _, e := range entries {
		if used+e.width() > room {
			out, used = append(out, nil), 0
		}
		out[len(out)-1] = append(out[len(out)-1], e)
		used += e.width() + entryGap
	}
	return out
}

func drawLegend(c draw.Canvas, rows [][]entry, left, top vg.Length) {
	s := textStyle(textSize, ink())
	for i, row := range rows {
		x, middle := left, top-vg.Length(i)*lineStep-lineStep/2
		for _, e := range row {
			e.mark(c, x, x+e.wide, middle)
			c.FillText(s, vg.Point{X: x + e.wide + markGap, Y: middle - s.FontExtents().Ascent/2 + 1}, e.text)
			x += e.width() + entryGap
		}
	}
}

func boxEntry(text string, fill color.Color) entry {
	return entry{text: text, wide: boxWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		fillBox(c, fill, left, right, middle-4, middle+4)
	}}
}

// layerEntries explain the tints of stacked bars; they are grey, because every transport has its own colour.
func layerEntries(names ...string) (out []entry) {
	for i, name := range names {
		out = append(out, boxEntry(name, layerTint(color.NRGBA{R: 0x44, G: 0x44, B: 0x44, A: 0xff}, i, len(names))))
	}
	return out
}

// transports explain the colours of lanes, in the order of the run.
func (v *view) transports(lanes []results.Lane) (out []entry) {
	var seen []string
	for _, l := range v.Lanes {
		if in(lanes, l) && !slices.Contains(seen, l.Transport) {
			seen = append(seen, l.Transport)
			out = append(out, boxEntry(transportName(l.Transport), layerTint(hue(l.Transport), 0, 1)))
		}
	}
	return out
}

// trialEntries explain dots and intervals, those that the rows have.
func trialEntries(rows []results.SummaryRow) (out []entry) {
	if slices.ContainsFunc(rows, bounded) {
		out = append(out, entry{text: "95% interval of the median", wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			drawInterval(c, draw.LineStyle{Color: ink(), Width: 1}, left, right, middle, 3)
		}})
	}
	if slices.ContainsFunc(rows, func(r results.SummaryRow) bool { return len(r.Values) > 0 }) {
		out = append(out, dotEntry("one trial", paper()))
	}
	return out
}

// bounded tells a figure with an interval that can be drawn.
func bounded(r results.SummaryRow) bool { return drawable(r.Low) && drawable(r.High) }

func dotEntry(text string, fill color.Color) entry {
	return entry{text: text, wide: dotWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		dot(c, vg.Point{X: (left + right) / 2, Y: middle}, dotRadius, fill)
	}}
}

// lookEntries explain lines with points.
func lookEntries(lanes []results.Lane, of looks) (out []entry) {
	for _, l := range lanes {
		look := of[l.Name]
		out = append(out, entry{text: laneLabel(l), wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			c.StrokeLine2(look.line(), left, middle, right, middle)
			look.point(c, vg.Point{X: (left + right) / 2, Y: middle})
		}})
	}
	return out
}

func thinEntry(text string) entry {
	return entry{text: text, wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		c.StrokeLine2(draw.LineStyle{Color: quiet(), Width: 0.5}, left, middle, right, middle)
	}}
}
