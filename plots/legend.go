package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// entry explains one mark. Legends are above the data, never on them.
type entry struct {
	text string
	wide vg.Length // of the mark
	mark func(c draw.Canvas, left, right, middle vg.Length)
}

const (
	lineWide vg.Length = 20
	boxWide  vg.Length = 12
	dotWide  vg.Length = 6
	markGap  vg.Length = 4
	entryGap vg.Length = 13
	lineStep vg.Length = 12
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

// layerEntries explain the tints of stacked bars; they are grey, because every lane has its own colour.
func layerEntries(names ...string) []entry {
	var out []entry
	for i, name := range names {
		grey := layerTint(color.NRGBA{R: 0x44, G: 0x44, B: 0x44, A: 0xff}, i, len(names))
		out = append(out, entry{text: name, wide: boxWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			fillBox(c, grey, left, right, middle-4, middle+4)
		}})
	}
	return out
}

// trialEntries explain dots, crosses and intervals, those that the rows have.
func trialEntries(rows []results.SummaryRow) []entry {
	var intervals, plain, warned bool
	for _, r := range rows {
		intervals = intervals || words.Finite(r.Low) && words.Finite(r.High)
		for _, v := range r.Values {
			plain = plain || len(v.Warnings) == 0
			warned = warned || len(v.Warnings) > 0
		}
	}
	var out []entry
	if intervals {
		out = append(out, entry{text: "95% interval of the median", wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			line := draw.LineStyle{Color: ink(), Width: 1}
			c.StrokeLine2(line, left, middle, right, middle)
			c.StrokeLine2(line, left, middle-3, left, middle+3)
			c.StrokeLine2(line, right, middle-3, right, middle+3)
		}})
	}
	if plain {
		out = append(out, dotEntry("one trial", false, color.White))
	}
	if warned {
		out = append(out, dotEntry("trial with a warning", true, color.White))
	}
	return out
}

func dotEntry(text string, warned bool, fill color.Color) entry {
	return entry{text: text, wide: dotWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		dot(c, vg.Point{X: (left + right) / 2, Y: middle}, dotRadius, warned, fill)
	}}
}

// laneEntries explain lines.
func laneEntries(lanes []results.Lane) []entry {
	var out []entry
	for _, l := range lanes {
		out = append(out, entry{text: laneLabel(l), wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
			c.StrokeLine2(laneLine(l), left, middle, right, middle)
		}})
	}
	return out
}

func thinEntry(text string) entry {
	return entry{text: text, wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		c.StrokeLine2(draw.LineStyle{Color: quiet(), Width: 0.5}, left, middle, right, middle)
	}}
}
