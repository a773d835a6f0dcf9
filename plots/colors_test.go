package plots

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// Print has no colours: no two lines of a picture have the same dashes, or points of the same shape.
func TestLooksDifferInPrint(t *testing.T) {
	lanes := fixture.ManyLanes(30)
	v := newView(&results.Data{Run: results.Run{Lanes: lanes}}, nil)
	for from := 0; from+mostLanes <= len(lanes); from++ {
		dashes, shapes := map[string]bool{}, map[string]bool{}
		for _, k := range v.looks(lanes[from : from+mostLanes]) {
			dashes[fmt.Sprint(k.dashes)], shapes[fmt.Sprintf("%T", k.shape)] = true, true
		}
		if len(dashes) != mostLanes || len(shapes) != mostLanes {
			t.Errorf("lanes from %d: %v %v", from, dashes, shapes)
		}
	}
}

// byDay and byNight are what a page makes of a colour.
func byDay(c color.NRGBA) color.NRGBA   { return c }
func byNight(c color.NRGBA) color.NRGBA { return atNight(c).(color.NRGBA) }

// Readers who see two of the three primary colours tell the transports apart, and all lines from the paper, on every page.
func TestColoursForEveryEye(t *testing.T) {
	for name, eye := range map[string]func(r, g, b float64) (float64, float64, float64){
		"all colours": func(r, g, b float64) (float64, float64, float64) { return r, g, b },
		// Viénot, Brettel and Mollon, "Digital video colourmaps for checking the legibility of displays by dichromats" (1999).
		"no red":   func(r, g, b float64) (float64, float64, float64) { return mixed(r, g, b, 0.11238, 0.88762) },
		"no green": func(r, g, b float64) (float64, float64, float64) { return mixed(r, g, b, 0.29275, 0.70725) },
	} {
		for _, page := range []struct {
			name  string
			of    func(color.NRGBA) color.NRGBA
			least float64
		}{{"by day", byDay, 10}, {"by night", byNight, 8}} {
			t.Run(name+" "+page.name, func(t *testing.T) {
				apart := func(a, b color.NRGBA) float64 { return distance(page.of(a), page.of(b), eye) }
				for i, one := range transports() {
					for _, other := range transports()[:i] {
						if d := apart(hue(one), hue(other)); d < page.least {
							t.Errorf("%s and %s are %.1f apart", one, other, d)
						}
					}
					for row := range shades {
						shade := laneColor(results.Lane{Transport: one, Row: row})
						if d := apart(shade, color.NRGBA{R: 255, G: 255, B: 255, A: 255}); d < 20 {
							t.Errorf("%s, shade %d: %.1f from the paper", one, row, d)
						}
						for before := range row {
							if d := apart(shade, laneColor(results.Lane{Transport: one, Row: before})); d < page.least {
								t.Errorf("%s, shades %d and %d are %.1f apart", one, before, row, d)
							}
						}
					}
				}
			})
		}
	}
}

// Layers of a bar are of different lightness, which is all that print keeps of them.
func TestLayersDifferInPrint(t *testing.T) {
	grey := func(c color.NRGBA) float64 { return lab(linear(c))[0] }
	for _, page := range []func(color.NRGBA) color.NRGBA{byDay, byNight} {
		for _, transport := range transports() {
			names, _ := memoryStack()
			for i := range len(names) - 1 {
				a, b := layerTint(hue(transport), i, len(names)), layerTint(hue(transport), i+1, len(names))
				if d := math.Abs(grey(page(a)) - grey(page(b))); d < 4 {
					t.Errorf("%s, layers %d and %d are %.1f apart", transport, i, i+1, d)
				}
			}
		}
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
