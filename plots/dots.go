package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const dotRadius vg.Length = 1.9

// dot is one trial.
func dot(c draw.Canvas, at vg.Point, r vg.Length, fill color.Color) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink(), Radius: r + 0.6, Shape: draw.CircleGlyph{}}, at)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: fill, Radius: r - 0.1, Shape: draw.CircleGlyph{}}, at)
}

func fillBox(c draw.Canvas, fill color.Color, x0, x1, y0, y1 vg.Length) {
	c.FillPolygon(fill, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

// drawInterval draws a horizontal interval with its ends.
func drawInterval(c draw.Canvas, line draw.LineStyle, low, high, y, tip vg.Length) {
	c.StrokeLine2(line, low, y, high, y)
	c.StrokeLine2(line, low, y-tip, low, y+tip)
	c.StrokeLine2(line, high, y-tip, high, y+tip)
}

// write writes a number beside a bar or a mark, free of the grid.
func write(c draw.Canvas, words string, left, middle vg.Length) {
	if words == "" {
		return
	}
	s := textStyle(textSize, ink())
	s.YAlign = draw.YCenter
	fillBox(c, paper(), left-1, left+s.Width(words)+1, middle-textSize/2, middle+textSize/2)
	c.FillText(s, vg.Point{X: left, Y: middle + s.FontExtents().Descent}, words)
}
