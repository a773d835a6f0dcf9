package plots

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// picture is what a chart draws: panels in a grid, and the words around them.
type picture struct {
	title   string // in place of the chart's; empty: that one
	panels  []panel
	room    vg.Length // height of a panel
	legend  []entry
	caption caption
	skipped string // why there is nothing to draw
}

// panel is a plot with what it shows written above it.
type panel struct {
	heading string
	*plot.Plot
}

func skip(format string, args ...any) picture { return picture{skipped: fmt.Sprintf(format, args...)} }

// figure is a picture laid out: title, legend, panels, and a caption of at most two lines, from top to bottom.
type figure struct {
	picture
	title  string
	wide   vg.Length
	rows   [][]entry
	lines  []string
	height vg.Length
}

const (
	titleRoom vg.Length = 20
	headRoom  vg.Length = 16 // of a panel's heading
	gap       vg.Length = 6
	between   vg.Length = 14 // panels side by side
	mostCols            = 2
)

func layOut(title string, p picture, wide vg.Length) figure {
	if p.title != "" {
		title = p.title
	}
	inside := wide - 2*margin
	f := figure{picture: p, title: title, wide: wide, rows: legendRows(p.legend, inside), lines: p.caption.lines(inside)}
	f.height = 2*margin + titleRoom + vg.Length(len(f.rows)+len(f.lines))*lineStep + 2*gap +
		vg.Length(f.tiles().Rows)*(headRoom+p.room)
	return f
}

func (f figure) tiles() draw.Tiles {
	cols := max(1, min(len(f.panels), mostCols))
	return draw.Tiles{Rows: (len(f.panels) + cols - 1) / cols, Cols: cols, PadX: between, PadTop: headRoom, PadY: headRoom}
}

func (f figure) draw(to vg.Canvas) {
	c := draw.NewCanvas(to, f.wide, f.height)
	fillBox(c, paper(), -1, f.wide+1, -1, f.height+1) // a picture need not end where a pixel does
	top := f.height - margin
	title := bold(textStyle(headSize, ink()))
	title.YAlign = text.YTop
	c.FillText(title, vg.Point{X: margin, Y: top}, f.title)
	top -= titleRoom
	drawLegend(c, f.rows, margin, top)
	top -= vg.Length(len(f.rows))*lineStep + gap

	bottom := margin + vg.Length(len(f.lines))*lineStep
	style := textStyle(textSize, quiet())
	for i, line := range f.lines {
		c.FillText(style, vg.Point{X: margin, Y: bottom - vg.Length(i+1)*lineStep + 2}, line)
	}
	f.drawPanels(draw.Crop(c, margin, -margin, bottom+gap, top-f.height))
}

// drawPanels lines up the frames of the panels, whatever their labels need.
func (f figure) drawPanels(c draw.Canvas) {
	tiles := f.tiles()
	var grid [][]*plot.Plot
	for row := range slices.Chunk(f.panels, tiles.Cols) {
		plots := make([]*plot.Plot, tiles.Cols)
		for i, p := range row {
			plots[i] = p.Plot
		}
		grid = append(grid, plots)
	}
	for i, canvas := range slices.Concat(plot.Align(grid, tiles, c)...)[:len(f.panels)] {
		data := f.panels[i].DataCanvas(canvas)
		thin(&f.panels[i].X, data.Max.X-data.Min.X, labelWidth)
		thin(&f.panels[i].Y, data.Max.Y-data.Min.Y, labelHeight)
	}
	for i, canvas := range slices.Concat(plot.Align(grid, tiles, c)...)[:len(f.panels)] { // with less labels there is more room
		heading := bold(textStyle(textSize, ink()))
		left := min(f.panels[i].DataCanvas(canvas).Min.X, canvas.Max.X-heading.Width(f.panels[i].heading))
		c.FillText(heading, vg.Point{X: max(left, canvas.Min.X), Y: canvas.Max.Y + 4}, f.panels[i].heading)
		f.panels[i].Draw(canvas)
	}
}
