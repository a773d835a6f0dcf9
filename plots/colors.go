package plots

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
)

// hue is the colour of a transport's lanes. All but the last two are Okabe and Ito's, which readers with any colour vision
// can tell apart, without its yellow (too light on paper) and its black. Grey is for floors.
func hue(transport string) color.NRGBA {
	switch transport {
	case "websocket":
		return color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff} // blue
	case "sse":
		return color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff} // vermillion
	case "ndjson":
		return color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff} // bluish green
	case "longpoll":
		return color.NRGBA{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff} // reddish purple
	case "poll":
		return color.NRGBA{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff} // orange
	case "webtransport":
		return color.NRGBA{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff} // sky blue
	case "tcp":
		return color.NRGBA{R: 0x66, G: 0x66, B: 0x66, A: 0xff} // grey
	default:
		return color.NRGBA{R: 0x5b, G: 0x1a, B: 0x4a, A: 0xff} // wine, Tol's, darker
	}
}

// transportName is what a legend calls a transport.
func transportName(transport string) string {
	switch transport {
	case "websocket":
		return "WebSocket"
	case "sse":
		return "SSE"
	case "ndjson":
		return "NDJSON"
	case "longpoll":
		return "long polling"
	case "poll":
		return "polling"
	case "webtransport":
		return "WebTransport"
	case "tcp":
		return "raw TCP"
	default:
		return transport
	}
}

// laneColor is the hue of the lane's transport, of a shade that follows from the lane's place in the table, so that it is the
// same in every run.
func laneColor(l results.Lane) color.NRGBA {
	c := hue(l.Transport)
	switch max(l.Row, 0) % shades {
	case 1:
		return mix(c, color.NRGBA{A: 0xff}, 0.55)
	case 2:
		return mix(c, color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}, 0.6)
	default:
		return c
	}
}

// shades of a hue.
const shades = 3

// look is how a line of a picture looks. Print has no colours: dashes and shape alone tell it from all others of the picture.
type look struct {
	color  color.NRGBA
	dashes []vg.Length
	shape  draw.GlyphDrawer
}

// looks are those of the lanes of a picture.
type looks map[string]look

// looks gives the lanes of a picture their looks, in the order of the run, whatever order the picture has them in.
func (v *view) looks(lanes []results.Lane) looks {
	dashes := [][]vg.Length{nil, {6, 2}, {1.5, 1.5}, {6, 2, 1.5, 2}, {12, 3}, {3, 3}, {12, 3, 3, 3}, {6, 2, 1.5, 2, 1.5, 2}}
	shapes := []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{},
	}
	out := looks{}
	for _, l := range v.Lanes {
		if i := len(out); in(lanes, l) {
			out[l.Name] = look{laneColor(l), dashes[i%len(dashes)], shapes[i%len(shapes)]}
		}
	}
	return out
}

func (k look) line() draw.LineStyle {
	return draw.LineStyle{Color: k.color, Width: 1.6, Dashes: k.dashes}
}

// behind is a single trial behind the line of its lane.
func (k look) behind() draw.LineStyle {
	c := k.color
	c.A = 0x60
	return draw.LineStyle{Color: c, Width: 0.5}
}

// point draws a value on the line, of a shape of its own.
func (k look) point(c draw.Canvas, at vg.Point) {
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: k.color, Radius: 2.8, Shape: k.shape}, at)
}

// mix is so large a share of c in another colour.
func mix(c, other color.NRGBA, share float64) color.NRGBA {
	of := func(v, o uint8) uint8 { return uint8(share*float64(v) + (1-share)*float64(o) + 0.5) }
	return color.NRGBA{R: of(c.R, other.R), G: of(c.G, other.G), B: of(c.B, other.B), A: c.A}
}

// tint mixes c with white: share 1 is c, 0 is white. Layers of a bar are tints of its lane's colour.
func tint(c color.NRGBA, share float64) color.NRGBA {
	return mix(c, color.NRGBA{R: 0xff, G: 0xff, B: 0xff}, share)
}

// layerTint is the tint of layer i of n, the first the darkest.
func layerTint(c color.NRGBA, i, n int) color.NRGBA {
	if n == 1 {
		return tint(c, 0.7)
	}
	return tint(c, 0.95-0.7*float64(i)/float64(n-1))
}
