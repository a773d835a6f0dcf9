package plots

import (
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
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
		d, rows := anything(r, rapid.IntRange(0, 20).Draw(t, "lanes"))
		one := rapid.SampledFrom(charts()).Draw(t, "chart") // a check draws one: pictures take their time
		if err := Report(d, results.Summary{Rows: rows}, nil, drawAll(t, d, rows, one), io.Discard); err != nil {
			t.Fatalf("report: %v", err)
		}
		if err := Table(d, results.Summary{Rows: rows}, "", io.Discard); err != nil {
			t.Fatalf("table: %v", err)
		}
	})
}

// anything makes rows no statistics would: charts and report must not depend on their sanity.
func anything(r *rand.Rand, lanes int) (*results.Data, []results.SummaryRow) {
	odd := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, 1e-300, 1e300}
	value := func() float64 {
		if r.IntN(4) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return math.Pow(10, 18*r.Float64()-9)
	}
	verdicts := []string{stats.Better, stats.Worse, stats.Same, stats.Unclear, stats.More, ""}
	d := &results.Data{Run: results.Run{Lanes: manyLanes(lanes), Broadcasts: []string{"steady"}[:r.IntN(2)]}}
	var rows []results.SummaryRow
	for i, l := range d.Run.Lanes {
		d.Run.Trials = append(d.Run.Trials, results.Trial{Trial: i + 1, Block: 1, Lane: l.Name, Status: results.StatusOK})
		for range r.IntN(4) {
			d.Samples = append(d.Samples, results.Sample{
				Lane: l.Name, Trial: i + 1, Block: 1, Phase: results.PhaseLevel, Source: "process", Metric: "rss",
				Connections: r.IntN(1e6), Value: value(),
			})
		}
		for _, metric := range results.MetricNames() {
			if r.IntN(4) == 0 {
				continue
			}
			m, _ := results.MetricByName(metric)
			row := results.SummaryRow{
				Lane: l.Name, Metric: metric, Unit: m.Unit, Baseline: d.Run.Lanes[0].Name, Verdict: verdicts[r.IntN(len(verdicts))],
				Median: value(), Low: value(), High: value(), Ratio: value(), RatioLow: value(), RatioHigh: value(),
			}
			for range r.IntN(9) {
				row.N++
				row.Values = append(row.Values, results.TrialValue{Block: row.N, Trial: row.N, Value: value()})
			}
			rows = append(rows, row)
		}
	}
	return d, rows
}

func TestShapes(t *testing.T) {
	failing := func(trial *results.Trial) { trial.Status, trial.Error = results.StatusFailed, "no reason" }
	for _, c := range []struct {
		name  string
		shape shape
		drawn int
	}{
		{"one lane, one trial, one level", shape{lanes: threeLanes()[:1], blocks: 1, levels: []int{10}}, 8},
		{"one connection", shape{lanes: threeLanes(), blocks: 1, levels: []int{1}}, 8},
		{"all failed", shape{lanes: threeLanes(), blocks: 2, levels: []int{10, 20}, spoil: failing}, 0},
		{"nothing yet", shape{lanes: threeLanes(), planned: 18}, 0},
		{"no histograms", shape{lanes: threeLanes(), blocks: 6, levels: []int{10, 20}, noHDR: true}, 5},
		{"no samples", shape{lanes: threeLanes(), blocks: 6, levels: []int{10}, keep: func(results.Sample) bool { return false }}, 4},
		{"a lane without data", shape{lanes: threeLanes(), blocks: 6, levels: []int{10, 20}, spoil: func(trial *results.Trial) {
			if trial.Lane == "sse-gin" {
				failing(trial)
			}
		}}, 10},
		{"thirty lanes", shape{lanes: manyLanes(30), blocks: 1, levels: []int{10, 100}}, 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := results.Load(c.shape.write(t))
			must(t, err)
			sum, err := results.Summarize(d)
			must(t, err)
			n := 0
			for _, one := range drawAll(t, d, sum.Rows, charts()...) {
				if one.Skipped == "" {
					n++
				}
			}
			if n != c.drawn {
				t.Errorf("%d charts were drawn, want %d", n, c.drawn)
			}
			must(t, Report(d, sum, nil, nil, io.Discard))
			must(t, Table(d, sum, "", io.Discard))
		})
	}
}

// A lane that loses messages is shown with its warning and never picked for its latency (rule 11).
func TestLossWinsNothing(t *testing.T) {
	s := usual()
	s.lanes[2].Tag = "tuned" // no floor: tcp, the quickest, could be picked
	s.edit = func(one *results.Sample) {
		if one.Lane == "tcp" && one.Metric == "received" {
			one.Value--
		}
	}
	d, err := results.Load(s.write(t))
	must(t, err)
	sum, err := results.Summarize(d)
	must(t, err)
	picks, _, _ := advise(d, sum.Rows)
	for _, p := range picks {
		wins := strings.Contains(strings.Join(p.Lanes, " "), "tcp")
		if latency := strings.HasPrefix(p.Metric, "delivery") || strings.HasPrefix(p.Metric, "fanout"); latency == wins {
			t.Errorf("%s: picked %v", p.Metric, p.Lanes)
		}
	}
	p, err := latencyPercentiles(newView(d, sum.Rows))
	must(t, err)
	if !strings.Contains(p.caption, "Warning: tcp: reach below 1") {
		t.Errorf("the caption does not tell of the loss: %s", p.caption)
	}
	r := newView(d, sum.Rows).row("tcp", "reach")
	if got := unitOf(r.Metric, r.Unit).number(r.Median); got == "1" {
		t.Error("a reach below 1 is printed as 1")
	}
}

func TestPercentilesEndWhereTheValuesDo(t *testing.T) {
	for n, want := range map[int]float64{0: 0, 9: 0, 10: 0, 100: 1, 1000: 2, 10000: 3} {
		h := histogramOf(n)
		if got := lastNine(h); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d values: the axis ends at %v nines, want %v", n, got, want)
		}
		if xy := tail(h); len(xy) > 0 && xy[len(xy)-1].X > want+1e-9 {
			t.Errorf("%d values: drawn up to %v nines", n, xy[len(xy)-1].X)
		}
	}
}
