package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	xfont "golang.org/x/image/font"

	"github.com/pushbench/pushbench/results"
)

// Sizes: a picture is 16:10 and meant for the full text width of a page, where its letters have the size given here.
const (
	width              = 6.4 * vg.Inch
	height             = 4.0 * vg.Inch
	margin   vg.Length = 8
	pngDPI             = 200
	textSize           = 9
	headSize           = 11
)

// ink, quiet and faint are the colours of everything that is not data.
func ink() color.Color   { return color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff} }
func quiet() color.Color { return color.NRGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff} }
func faint() color.Color { return color.NRGBA{R: 0xe0, G: 0xe0, B: 0xe0, A: 0xff} }

// palette is Okabe and Ito's, which readers with any colour vision can tell apart, without its yellow (too light on
// paper) and with grey for its black.
func palette() []color.NRGBA {
	return []color.NRGBA{
		{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
		{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermillion
		{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // bluish green
		{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // reddish purple
		{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
		{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky blue
		{R: 0x55, G: 0x55, B: 0x55, A: 0xff}, // grey
	}
}

// laneColor follows from the lane's place in the table of lanes alone, so that it is the same in every run.
func laneColor(l results.Lane) color.NRGBA {
	p := palette()
	return p[max(l.Row, 0)%len(p)]
}

// laneDashes tells apart lanes that share a colour.
func laneDashes(l results.Lane) []vg.Length {
	dashes := [][]vg.Length{nil, {5, 2}, {1.5, 1.5}, {6, 2, 1.5, 2}}
	return dashes[max(l.Row, 0)/len(palette())%len(dashes)]
}

func laneLine(l results.Lane) draw.LineStyle {
	return draw.LineStyle{Color: laneColor(l), Width: 1.6, Dashes: laneDashes(l)}
}

// thinLine is a single trial behind the line of its lane.
func thinLine(l results.Lane) draw.LineStyle {
	c := laneColor(l)
	c.A = 0x60
	return draw.LineStyle{Color: c, Width: 0.5}
}

// tint mixes c with white: share 1 is c, 0 is white. Layers of a bar are tints of its lane's colour.
func tint(c color.NRGBA, share float64) color.NRGBA {
	mix := func(v uint8) uint8 { return uint8(255 - share*(255-float64(v)) + 0.5) }
	return color.NRGBA{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: c.A}
}

// layerTint is the tint of layer i of n, the first the darkest.
func layerTint(c color.NRGBA, i, n int) color.NRGBA {
	if n == 1 {
		return tint(c, 0.7)
	}
	return tint(c, 0.95-0.7*float64(i)/float64(n-1))
}

func textStyle(size vg.Length, c color.Color) text.Style {
	return text.Style{
		Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		XAlign: text.XLeft, YAlign: text.YBottom, Handler: plot.DefaultTextHandler,
	}
}

func bold(s text.Style) text.Style {
	s.Font.Weight = xfont.WeightBold
	return s
}

func laneLabel(l results.Lane) string {
	if l.Tag == tagFloor {
		return l.Name + " (floor)"
	}
	return l.Name
}

// tagFloor marks a lane that is there to be compared with, not to be picked.
const tagFloor = "floor"
