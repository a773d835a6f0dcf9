package plots

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results"
)

// The look of a lane follows from its place in the table alone, and no two lanes of a table as long as it may get look alike.
func TestLanesLookDifferent(t *testing.T) {
	seen := map[string]string{}
	for _, transport := range transports() {
		for row := range 15 {
			l := results.Lane{Transport: transport, Row: row}
			key := strings.Join([]string{fmt.Sprint(laneColor(l)), fmt.Sprint(laneDashes(l))}, " ")
			if other, ok := seen[key]; ok {
				t.Errorf("%s %d and %s look alike", transport, row, other)
			}
			seen[key] = transport + " " + fmt.Sprint(row)
		}
	}
}

// Readers who see two of the three primary colours tell the transports apart, and all lines from the paper.
func TestColoursForEveryEye(t *testing.T) {
	for name, eye := range map[string]func(r, g, b float64) (float64, float64, float64){
		"all colours": func(r, g, b float64) (float64, float64, float64) { return r, g, b },
		// Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of displays by dichromats" (1999).
		"no red":   func(r, g, b float64) (float64, float64, float64) { return mixed(r, g, b, 0.11238, 0.88762) },
		"no green": func(r, g, b float64) (float64, float64, float64) { return mixed(r, g, b, 0.29275, 0.70725) },
	} {
		t.Run(name, func(t *testing.T) {
			for i, one := range transports() {
				for _, other := range transports()[:i] {
					if d := distance(hue(one), hue(other), eye); d < 10 {
						t.Errorf("%s and %s are %.1f apart", one, other, d)
					}
				}
				for row := range shades {
					if d := distance(laneColor(results.Lane{Transport: one, Row: row}), color.NRGBA{R: 255, G: 255, B: 255}, eye); d < 20 {
						t.Errorf("%s, shade %d: %.1f from the paper", one, row, d)
					}
					for before := range row {
						a, b := laneColor(results.Lane{Transport: one, Row: row}), laneColor(results.Lane{Transport: one, Row: before})
						if d := distance(a, b, eye); d < 10 {
							t.Errorf("%s, shades %d and %d are %.1f apart", one, before, row, d)
						}
					}
				}
			}
		})
	}
}

func transports() []string {
	return []string{"websocket", "sse", "ndjson", "longpoll", "poll", "webtransport", "tcp", "another"}
}

// mixed is what remains of red and green for who has one receptor for both.
func mixed(r, g, b, red, green float64) (float64, float64, float64) {
	y := red*r + green*g
	return y, y, 0.004*(r-g) + b
}

// distance is how far apart two colours are for an eye, in CIELAB: 2.3 is just noticeable.
func distance(a, b color.NRGBA, eye func(r, g, b float64) (float64, float64, float64)) float64 {
	x, y := lab(eye(linear(a))), lab(eye(linear(b)))
	return math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2])
}

func linear(c color.NRGBA) (r, g, b float64) {
	light := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return light(c.R), light(c.G), light(c.B)
}

// lab is CIELAB under D65 (IEC 61966-2-1).
func lab(r, g, b float64) [3]float64 {
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*r + 0.3576*g + 0.1805*b) / 0.9505)
	y := f(0.2126*r + 0.7152*g + 0.0722*b)
	z := f((0.0193*r + 0.1192*g + 0.9505*b) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}
