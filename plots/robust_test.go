package plots

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// drawAll draws charts as SVG without touching the disk.
func drawAll(t interface{ Fatalf(string, ...any) }, d *results.Data, rows []results.SummaryRow, table ...chart) []Chart {
	var out []Chart
	v := newView(d, rows)
	for _, c := range table {
		p, err := c.draw(v)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if p.skipped == "" {
			b, err := layOut(c.title, p).svg()
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if at := regexp.MustCompile(`[^\n]{0,80}(NaN|Inf)[^\n]{0,80}`).Find(b); at != nil {
				t.Fatalf("%s: no number: %s", c.name, at)
			}
		}
		out = append(out, Chart{Name: c.name, Title: c.title, Caption: p.caption, Skipped: p.skipped})
	}
	return out
}

// Rows of any numbers, figures missing here and there, lanes without data: everything is drawn or skipped with a reason.
func TestAnyNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		d, rows := fixture.Anything(r, rapid.IntRange(0, 20).Draw(t, "lanes"))
		one := rapid.SampledFrom(charts()).Draw(t, "chart") // a check draws one: pictures take their time
		drawAll(t, d, rows, one)
	})
}

func TestShapes(t *testing.T) {
	drawn := map[string]int{
		"one lane, one trial, one level": 8, "one connection": 8, "all failed": 0, "nothing yet": 0, "no histograms": 5, "no samples": 4,
		"a lane without data": 10, "thirty lanes": 10,
	}
	for name, shape := range fixture.Shapes() {
		t.Run(name, func(t *testing.T) {
			d, sum := shape.Loaded(t)
			n := 0
			for _, one := range drawAll(t, d, sum.Rows, charts()...) {
				if one.Skipped == "" {
					n++
				}
			}
			if n != drawn[name] {
				t.Errorf("%d charts were drawn, want %d", n, drawn[name])
			}
		})
	}
}

// A lane that loses messages is shown with its warning (rule 11).
func TestCaptionsTellOfLoss(t *testing.T) {
	s := fixture.Usual()
	s.Edit = func(one *results.Sample) {
		if one.Lane == "tcp" && one.Metric == "received" {
			one.Value--
		}
	}
	d, sum := s.Loaded(t)
	p, err := latencyPercentiles(newView(d, sum.Rows))
	fixture.Must(t, err)
	if !strings.Contains(p.caption, "Warning: tcp: reach below 1") {
		t.Errorf("the caption does not tell of the loss: %s", p.caption)
	}
}

func TestPercentilesEndWhereTheValuesDo(t *testing.T) {
	for n, want := range map[int]float64{0: 0, 9: 0, 10: 0, 100: 1, 1000: 2, 10000: 3} {
		h := fixture.HistogramOf(n)
		if got := lastNine(h); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d values: the axis ends at %v nines, want %v", n, got, want)
		}
		if xy := tail(h); len(xy) > 0 && xy[len(xy)-1].X > want+1e-9 {
			t.Errorf("%d values: drawn up to %v nines", n, xy[len(xy)-1].X)
		}
	}
}
