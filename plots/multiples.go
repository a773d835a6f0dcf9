package plots

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
)

// MostLines is the number of lanes a panel of lines shows, single trials behind them; more would hide each other.
const MostLines = 6

// multiple is one of several panels with the same axes: some lanes in their colours, all others behind them for comparison.
type multiple struct {
	heading string
	legend  []entry
	panel   *plot.Plot
	room    vg.Length // its height, where that is more than usual
}

const (
	multipleCols           = 2
	multipleRoom vg.Length = 150
	multipleGap  vg.Length = 14
)

// linePicture draws a line a lane: in one panel, or, where there are too many, in one for each few of a transport. draw makes
// a panel with some lanes in their colours; more explains other marks.
func linePicture(lanes []results.Lane, draw func(shown []results.Lane) *plot.Plot, more ...entry) picture {
	if len(lanes) <= MostLines {
		return picture{panels: []*plot.Plot{draw(lanes)}, legend: append(laneEntries(lanes), more...)}
	}
	p := picture{legend: append([]entry{otherEntry()}, more...)}
	for _, f := range Facets(lanes) {
		p.multiples = append(p.multiples, multiple{heading: f.Name, legend: laneEntries(f.Lanes), panel: draw(f.Lanes)})
	}
	return p
}

// Facet is the lanes of a panel.
type Facet struct {
	Name  string
	Lanes []results.Lane
}

// Facets divides lanes by transport, in the order of the run. A transport with too many lanes for a panel has several,
// and those with few share one.
func Facets(lanes []results.Lane) (out []Facet) {
	var transports []string
	of := map[string][]results.Lane{}
	for _, l := range lanes {
		if of[l.Transport] == nil {
			transports = append(transports, l.Transport)
		}
		of[l.Transport] = append(of[l.Transport], l)
	}
	open := false // the last facet takes more
	for _, t := range transports {
		panels := (len(of[t]) + MostLines - 1) / MostLines
		if panels == 1 && open && len(out[len(out)-1].Lanes)+len(of[t]) <= MostLines {
			last := &out[len(out)-1]
			last.Name, last.Lanes = last.Name+", "+t, append(last.Lanes, of[t]...)
			continue
		}
		each, i := (len(of[t])+panels-1)/panels, 0
		for some := range slices.Chunk(of[t], each) {
			i++
			name := t
			if panels > 1 {
				name = fmt.Sprintf("%s, %d of %d", t, i, panels)
			}
			out = append(out, Facet{name, slices.Clone(some)})
		}
		open = panels == 1
	}
	return out
}

// multiplesRoom is the height of the grid of panels.
func multiplesRoom(all []multiple, inside vg.Length) (room vg.Length) {
	for row := range slices.Chunk(all, multipleCols) {
		room += headRoom(row, inside) + panelsRoom(row) + gap
	}
	return room
}

// panelsRoom is the height of the panels of one row.
func panelsRoom(row []multiple) vg.Length {
	room := multipleRoom
	for _, m := range row {
		room = max(room, m.room)
	}
	return room
}

// headRoom is the height of headings and legends above the panels of one row.
func headRoom(row []multiple, inside vg.Length) vg.Length {
	lines := 0
	for _, m := range row {
		lines = max(lines, len(legendRows(m.legend, multipleWide(inside))))
	}
	return vg.Length(1+lines) * lineStep
}

func multipleWide(inside vg.Length) vg.Length {
	return (inside - multipleGap*(multipleCols-1)) / multipleCols
}

// drawMultiples draws the grid into c, from its top down. Panels with the same axes have their frames in the same places.
func drawMultiples(c draw.Canvas, all []multiple) {
	inside := c.Max.X - c.Min.X
	wide, top := multipleWide(inside), c.Max.Y
	for row := range slices.Chunk(all, multipleCols) {
		head, room := headRoom(row, inside), panelsRoom(row)
		for i, m := range row {
			left := c.Min.X + vg.Length(i)*(wide+multipleGap)
			heading := bold(textStyle(textSize, ink()))
			heading.YAlign = draw.YTop
			c.FillText(heading, vg.Point{X: left, Y: top}, strings.TrimSpace(m.heading))
			drawLegend(c, legendRows(m.legend, wide), left, top-lineStep)
			m.panel.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: left, Y: top - head - room}, Max: vg.Point{X: left + wide, Y: top - head},
			}})
		}
		top -= head + room + gap
	}
}

// otherEntry explains the lines behind.
func otherEntry() entry {
	return entry{text: "lane of another panel", wide: lineWide, mark: func(c draw.Canvas, left, right, middle vg.Length) {
		c.StrokeLine2(otherLine(), left, middle, right, middle)
	}}
}

// in reports whether a lane is among some.
func in(lanes []results.Lane, l results.Lane) bool {
	return slices.ContainsFunc(lanes, func(o results.Lane) bool { return o.Name == l.Name })
}
