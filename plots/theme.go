package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
)

// night is a canvas for dark pages. Colours are turned around as they are set, so that no chart knows of it.
type night struct{ vg.Canvas }

// SetColor sets what stands for a colour on a dark page.
func (n night) SetColor(c color.Color) { n.Canvas.SetColor(atNight(c)) }

// atNight turns the lightness of a colour around and keeps its hue: what CSS does with invert(1) hue-rotate(180deg), on the luminance of
// Rec. 709. What is white becomes a grey near black.
func atNight(c color.Color) color.Color {
	if c == nil { // black, of old in gonum
		c = color.Black
	}
	day := color.NRGBAModel.Convert(c).(color.NRGBA)
	r, g, b := float64(day.R)/255, float64(day.G)/255, float64(day.B)/255
	turn := 1 - 2*(0.2126*r+0.7152*g+0.0722*b)
	of := func(v float64) uint8 {
		const black = 0.09
		return uint8(255*(black+(1-black)*min(max(v+turn, 0), 1)) + 0.5)
	}
	return color.NRGBA{R: of(r), G: of(g), B: of(b), A: day.A}
}
