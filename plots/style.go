package plots

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

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
	if l.Tag == results.TagFloor {
		return l.Name + " (floor)"
	}
	return l.Name
}
