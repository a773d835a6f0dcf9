package plots

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

func TestFactorGolden(t *testing.T) {
	for name, vary := range map[string]results.Vary{
		"factor-numbers": {Key: "heartbeat.every", Levels: []string{"1s", "5s", "15s", "60s"}},
		"factor-names":   {Key: "flush", Levels: []string{"message", "batch", "timer"}},
	} {
		got := rendered(t, fixture.Varied(&vary))
		fixture.Golden(t, name+".svg", got[filepath.Join(Dir, "factor.svg")])
		if len(got) != 4 {
			t.Errorf("%s has %d files: charts that mix levels were drawn", name, len(got))
		}
	}
}

// madeUp is a run at many levels, of which only the summary is known.
func madeUp(lanes []results.Lane, names []string, metrics ...string) *view {
	run := results.Run{Lanes: lanes, Vary: &results.Vary{Key: "phases.broadcast.rate", Levels: names}, Metrics: metrics}
	var rows []results.SummaryRow
	for i, c := range run.Contestants() {
		for j, metric := range metrics {
			m := float64(j+1) * 1e-6 * (1 + float64(i%7)/3)
			row := results.SummaryRow{Lane: c.Lane, Level: c.Level, Metric: metric, Unit: "s", N: 6, Median: m, Low: 0.95 * m, High: 1.1 * m}
			row.Across = results.Comparison{Baseline: names[0], Verdict: stats.Worse, Ratio: 2}
			rows = append(rows, row)
		}
	}
	return newView(&results.Data{Run: run}, rows)
}

// Whatever the number of lanes and levels, each of the first figures has a panel, and the notes name the others.
func TestFactorShapes(t *testing.T) {
	metrics := []string{"cpu_per_message", "delivery_latency_p50", "handshake_time_p50", "rss_per_connection", "cpu_per_handshake"}
	for _, lanes := range []int{1, 2, 6, 8} {
		for _, n := range []int{2, 5, 10} {
			for _, numbers := range []bool{true, false} {
				var names []string
				for i := range n {
					name := strconv.Itoa(20*i+1) + "ms"
					if !numbers {
						name = fmt.Sprintf("with-a-long-name-%d", i)
					}
					names = append(names, name)
				}
				for figures := 1; figures <= len(metrics); figures++ {
					p, err := factor(madeUp(fixture.ManyLanes(lanes), names, metrics[:figures]...))
					fixture.Must(t, err)
					told := strings.Contains(strings.Join(p.caption.notes, " "), "In the tables alone: "+metrics[4])
					if len(p.panels) != min(figures, mostPanels) || told != (figures > mostPanels) {
						t.Errorf("%d lanes, %d levels: %d panels, %q", lanes, n, len(p.panels), p.caption.notes)
					}
					_, err = layOut("Many", p, fullWidth).svg(onPaper)
					fixture.Must(t, err)
				}
			}
		}
	}
}

func TestFactorWithoutFigures(t *testing.T) {
	lanes, names := fixture.ManyLanes(2), []string{"1", "2"}
	same := madeUp(lanes, names, "reach")
	for i := range same.All {
		same.All[i].Median = 1
	}
	for name, v := range map[string]*view{"nothing measured": madeUp(lanes, names), "one value everywhere": same, "nothing varied": newView(&results.Data{}, nil)} {
		if p, err := factor(v); err != nil || p.skipped == "" {
			t.Errorf("%s: %v, drawn", name, err)
		}
	}
}

// A level without a figure interrupts the line, and is no 0.
func TestFactorGap(t *testing.T) {
	v := madeUp(fixture.ManyLanes(1), []string{"1", "2", "3"}, "cpu_per_message")
	v = newView(v.Data, slices.DeleteFunc(v.All, func(r results.SummaryRow) bool { return r.Level == "2" }))
	points := (factorData{v: v, levels: newLevels(v.Data.Run.Vary)}).points("cpu_per_message", v.Lanes[0])
	if len(points) != 3 || points[1].row.N != 0 || !math.IsNaN(points[1].row.Median) || points[2].row.N == 0 {
		t.Errorf("%+v", points)
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		key     string
		names   string
		numbers []float64 // nil: names
		log     bool
		labels  string
	}{
		{"k", "1 2 5", []float64{1, 2, 5}, false, "1 2 5"},
		{"k", "500ms 1s 1m", []float64{0.5, 1, 60}, true, "500ms 1s 1m"},
		{"k", "0 1s 5s", []float64{0, 1, 5}, false, "0 1s 5s"},
		{"k", "0 1 100", nil, false, "0 1 100"},
		{"k", "1s 5s none", nil, false, "1s 5s none"},
		{"k", "1s 5", nil, false, "1s 5"},
		{"k", "1s 1000ms", nil, false, "1s 1000ms"},
		{"k", "1", nil, false, "1"},
		{"k", "NaN 1", nil, false, "NaN 1"},
		{"k", "Inf 1", nil, false, "Inf 1"},
		{"k", "128B 16KiB", []float64{128, 16384}, true, "128B 16KiB"},
		{"k", "10% 50%", []float64{0.1, 0.5}, false, "10% 50%"},
		{"broadcast.size", "16 1024 65536 1500", []float64{16, 1024, 65536, 1500}, true, "16 1\u00a0KiB 64\u00a0KiB 1500"},
		{"k", "permessage-deflate permessage-brotli", nil, false, "permess…deflate permess…-brotli"},
	} {
		l := newLevels(&results.Vary{Key: c.key, Levels: strings.Fields(c.names)})
		if !slices.Equal(l.numbers, c.numbers) || l.numbers != nil && l.wide() != c.log {
			t.Errorf("%s: %v, want %v, logarithmic %v", c.names, l.numbers, c.numbers, c.log)
		}
		var labels []string
		for i := range l.names {
			labels = append(labels, strings.ReplaceAll(l.label(i), " ", "\u00a0"))
		}
		if got := strings.Join(labels, " "); got != c.labels {
			t.Errorf("%s: labels %q, want %q", c.names, got, c.labels)
		}
	}
}

// Every level has a line, its ends have names, and names do not touch.
func TestLevelAxis(t *testing.T) {
	for _, names := range [][]string{
		{"1s", "60s"},
		{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"},
		{"10000ms", "20000ms", "30000ms", "40000ms", "50000ms", "60000ms"},
		{"16", "128", "1024", "16384", "65536"},
		{"1", "1.01", "1.02", "2"},
	} {
		l := newLevels(&results.Vary{Key: "k", Levels: names})
		p := plot.New()
		l.axis(&p.X)
		const room = 160
		thin(&p.X, room, labelWidth)
		ticks := p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max)
		if len(ticks) != len(names) {
			t.Errorf("%v has %d lines", names, len(ticks))
		}
		slices.SortFunc(ticks, func(a, b plot.Tick) int { return int(math.Copysign(1, a.Value-b.Value)) })
		end := math.Inf(-1)
		for i, tick := range ticks {
			half, at := float64(textStyle(textSize, ink()).Width(tick.Label))/2, p.X.Norm(tick.Value)*room
			if tick.IsMinor() {
				if i == 0 || i == len(ticks)-1 {
					t.Errorf("%v has no name at an end", names)
				}
				continue
			}
			if at-half < end {
				t.Errorf("%v: %s touches the name before", names, tick.Label)
			}
			end = at + half
		}
	}
}

// Bytes have powers of 2 on a logarithmic axis, and few enough of them a name.
func TestLogarithmicBytes(t *testing.T) {
	for _, bounds := range [][2]float64{{17, 16500}, {1, 2}, {0.3, 1e12}, {1024, 1024}} {
		p := plot.New()
		logarithmic(&p.Y, bounds[0], bounds[1], words.Bytes)
		var labels []string
		for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if e := math.Log2(tick.Value); e != math.Trunc(e) {
				t.Errorf("%v: a line at %v", bounds, tick.Value)
			}
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		if p.Y.Min > bounds[0] || p.Y.Max < bounds[1] || len(labels) < 2 || len(labels) > 6 {
			t.Errorf("%v: from %v to %v, %q", bounds, p.Y.Min, p.Y.Max, labels)
		}
	}
}
