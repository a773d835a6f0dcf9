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
func drawAll(t interface{ Fatalf(string, ...any) }, d *results.Data, rows []results.SummaryRow, table ...chart) (out []Chart) {
	v := newView(d, rows)
	for _, c := range table {
		figures, one, err := c.layOut(v)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for name, f := range figures {
			b, err := f.svg(onPaper)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if at := regexp.MustCompile(`[^\n]{0,80}(NaN|Inf)[^\n]{0,80}`).Find(b); at != nil {
				t.Fatalf("%s: no number: %s", name, at)
			}
		}
		out = append(out, one)
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
		"one lane, one trial, one level": 7, "one connection": 7, "all failed": 0, "nothing yet": 0, "no histograms": 5, "no samples": 4,
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

// A lane that loses messages is shown as one (rule 11); warnings of the machine are in the notes and not in the picture.
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
	if lines := p.caption.lines(fullWidth); len(lines) != 2 || !strings.Contains(lines[1], "Messages lost: tcp") || strings.Contains(lines[1], "Warning") {
		t.Errorf("the caption does not tell of the loss: %q", lines)
	}
	if notes := strings.Join(p.caption.notes, " "); !strings.Contains(notes, "Warning: tcp: reach below 1") {
		t.Errorf("the notes do not tell of the loss: %s", notes)
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
