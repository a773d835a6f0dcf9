package plots

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// costing is a run of which only one figure is known, in the order of the lanes; 0: it is not.
func costing(lanes []results.Lane, figures ...float64) *view {
	var rows []results.SummaryRow
	for i, f := range figures {
		if f > 0 {
			rows = append(rows, results.SummaryRow{Lane: lanes[i].Name, Metric: cpuFigure, Unit: "s", N: 6, Median: f, Low: f, High: f})
		}
	}
	return newView(&results.Data{Run: results.Run{Lanes: lanes}}, rows)
}

// The baseline, the lowest and the highest are in every picture; of the others the first of each transport come before the second.
func TestLanesDrawn(t *testing.T) {
	lanes := fixture.ManyLanes(23) // 9 of WebSocket, 9 of SSE, 1 of each other, 2 floors
	figures := make([]float64, len(lanes))
	for i := range figures {
		figures[i] = float64(10 + i)
	}
	figures[5], figures[8], figures[22] = 1, 99, 0.5 // the last is a floor
	for _, c := range []struct {
		half    bool
		figures []float64
		want    string
	}{
		{false, figures, "ws-gorilla-deflate-each ws-gorilla sse-gin stream-ndjson longpoll poll tcp ws-gobwas-epoll"},
		{true, figures, "ws-gorilla-deflate-each ws-gorilla sse-gin ws-gobwas-epoll"},
		{true, figures[:3], "ws-gorilla ws-gorilla-chat ws-gorilla-inhandler sse-gin"},
		{true, []float64{0, 2, 1}, "ws-gorilla-inhandler ws-gorilla-chat ws-gorilla sse-gin"},
		{true, nil, "ws-gorilla sse-gin stream-ndjson longpoll"},
	} {
		v := costing(lanes, c.figures...)
		v.half = c.half
		drawn := v.drawn(cpuFigure)
		if got := strings.Join(results.Names(drawn), " "); got != c.want {
			t.Errorf("%d figures, half %v: %s, want %s", len(c.figures), c.half, got, c.want)
		}
		if note := v.leftOut(drawn); !strings.Contains(note, "sse-nethttp") || strings.Contains(note, "sse-gin,") || !strings.Contains(note, "--lanes") {
			t.Errorf("the note does not tell: %s", note)
		}
	}
	few := costing(lanes[:8], 3, 1, 2)
	if drawn := few.drawn(cpuFigure); len(drawn) != 8 || few.leftOut(drawn) != "" {
		t.Errorf("of 8 lanes %v are drawn", results.Names(drawn))
	}
}

// A bar that would squash the others is cut, and never most of them.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		figures []float64
		end     float64
	}{
		{[]float64{1, 4}, 4},
		{[]float64{1, 6}, 1},
		{[]float64{1}, 1},
		{[]float64{0, 7}, 7},
		{[]float64{1, 2, 3, 100}, 3},
		{[]float64{1, 2, 50, 100}, 100},
		{[]float64{1, 1, 1, 1, 1, 1, 20, 100}, 1},
		{[]float64{1, 1, 1, 2, 2, 2, 2, 9}, 9},
		{nil, 0},
	} {
		lanes := fixture.ManyLanes(len(c.figures))
		b := costing(lanes, c.figures...).barChart(lanes, 1)
		if got := end(b.plain(cpuFigure)); got != c.end {
			t.Errorf("%v: the axis ends at %v, want %v", c.figures, got, c.end)
		}
	}
}

// Layers are as long as the figure, whatever their sum; of unknown ones nothing is said.
func TestLayersFillTheBar(t *testing.T) {
	row := results.SummaryRow{N: 6, Median: 10}
	for _, c := range []struct{ layers, want []float64 }{
		{[]float64{1, 4}, []float64{2, 8}},
		{[]float64{30, -5, 10}, []float64{7.5, 0, 2.5}},
		{[]float64{1, math.NaN()}, []float64{10}},
		{nil, []float64{10}},
		{[]float64{0, 0}, []float64{10}},
	} {
		if got := (bar{row: row, layers: c.layers}).lengths(); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.layers, got, c.want)
		}
	}
}

// Names of lines stand apart, in their order, and within the panel.
func TestApart(t *testing.T) {
	for _, at := range [][]vg.Length{{5}, {0, 0, 0}, {100, 100, 100}, {10, 11, 50, 52, 99}} {
		places := slices.Clone(at)
		apart(places, 11, 0, 100)
		for i, p := range places {
			if p < 0 || p > 100 || i > 0 && p < places[i-1]+11-1e-9 {
				t.Errorf("%v became %v", at, places)
			}
		}
	}
}
