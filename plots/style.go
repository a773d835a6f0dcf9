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

// Sizes: a picture is as wide as the text of a page, about 16 cm, or half of that. Pasted at this width its letters have the size given
// here, and on a screen, where the page is 640 pixels wide, they are 12 pixels high.
const (
	fullWidth           = 6.4 * vg.Inch
	halfWidth           = fullWidth / 2
	margin    vg.Length = 8
	pngDPI              = 200
	textSize  vg.Length = 9
	headSize  vg.Length = 11
	lineStep  vg.Length = 12
)

// ink, quiet and faint are the colours of everything that is not data; paper is behind it.
func ink() color.Color   { return color.NRGBA{R: 0x22, G: 0x22, B: 0x22, A: 0xff} }
func quiet() color.Color { return color.NRGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff} }
func faint() color.Color { return color.NRGBA{R: 0xe0, G: 0xe0, B: 0xe0, A: 0xff} }
func paper() color.Color { return color.White }

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
	if floor(l) {
		return l.Name + " (floor)"
	}
	return l.Name
}

// floor tells a lane that is no option, but what the kernel asks for at least.
func floor(l results.Lane) bool { return l.Tag == results.TagFloor }
