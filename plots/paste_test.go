package plots

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// texts is a canvas that keeps what is written, and where.
type texts struct {
	recorder.Canvas

	t   testing.TB
	all []written
}

type written struct {
	text string
	size vg.Length
	vg.Rectangle
}

func (c *texts) FillString(f font.Face, at vg.Point, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	e := f.Extents()
	c.all = append(c.all, written{text, f.Font.Size, vg.Rectangle{
		Min: vg.Point{X: at.X, Y: at.Y - e.Descent}, Max: vg.Point{X: at.X + f.Width(text), Y: at.Y + e.Ascent},
	}})
}

func (c *texts) Rotate(float64) { c.t.Error("text is turned: readers turn no screen") }

func (w written) overlaps(o written) bool {
	const touch = 0.2
	return w.Min.X < o.Max.X-touch && o.Min.X < w.Max.X-touch && w.Min.Y < o.Max.Y-touch && o.Min.Y < w.Max.Y-touch
}

// A picture that is pasted 640 pixels wide, or half of that, is 480 high at most, and all that is written in it can be read.
func (f figure) readable(t *testing.T, lanes []results.Lane) {
	t.Helper()
	c := &texts{t: t}
	f.draw(c)
	most, pixels := mostLanes, 640/fullWidth
	if f.wide == halfWidth {
		most = mostOfHalf
	}
	if high := pixels * f.height; high > 480 {
		t.Errorf("it is %.0f pixels high", high)
	}
	for i, w := range c.all {
		if w.Min.X < 2 || w.Min.Y < 2 || w.Max.X > f.wide-2 || w.Max.Y > f.height-2 {
			t.Errorf("%q leaves the picture: %.0f", w.text, w.Rectangle)
		}
		if size := pixels * w.size; size < 12 {
			t.Errorf("%q is written in %.1f pixels", w.text, size)
		}
		for _, o := range c.all[:i] {
			if w.overlaps(o) {
				t.Errorf("%q overlaps %q", w.text, o.text)
			}
		}
	}
	drawn := 0
	for _, l := range lanes {
		if slices.ContainsFunc(c.all, func(w written) bool { return strings.HasPrefix(w.text, l.Name) && !slices.Contains(f.lines, w.text) }) {
			drawn++
		}
	}
	if drawn == 0 || drawn > most {
		t.Errorf("%d of %d lanes have a name", drawn, len(lanes))
	}
	if len(f.lines) > 2 || strings.Contains(strings.Join(f.lines, " "), "arning") {
		t.Errorf("caption %q", f.lines)
	}
}

// Whatever the number of lanes, with names as long as names get and one lane that costs a hundred times as much as the others, every
// chart survives being pasted.
func TestPasted(t *testing.T) {
	vary := func(s *fixture.Shape, levels ...string) {
		s.Vary, s.NoHistograms, s.More = &results.Vary{Key: "heartbeat.every", Levels: levels}, true, nil
	}
	for _, n := range []int{2, 4, 16, 25} {
		for name, c := range map[string]struct {
			edit  func(*fixture.Shape)
			table []chart
		}{
			"lanes":         {func(*fixture.Shape) {}, charts()},
			"number levels": {func(s *fixture.Shape) { vary(s, "1s", "5s", "15s", "60s") }, ofFactor()},
			"name levels":   {func(s *fixture.Shape) { vary(s, "every-message", "every-batch", "every-tick") }, ofFactor()},
		} {
			t.Run(fmt.Sprintf("%d %s", n, name), func(t *testing.T) {
				s := fixture.Lopsided(n)
				c.edit(&s)
				d, sum := s.Loaded(t)
				v := newView(d, sum.Rows)
				for _, one := range c.table {
					figures, out, err := one.layOut(v)
					fixture.Must(t, err)
					if out.Skipped != "" {
						t.Errorf("%s: %s", one.name, out.Skipped)
					}
					for name, f := range figures {
						t.Run(name, func(t *testing.T) { f.readable(t, s.Lanes) })
					}
				}
			})
		}
	}
}
