package results

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results/stats"
)

// made is a row of lane b, of a ratio with an interval that many times as wide as its middle to either side.
func made(metric string, blocks int, low, ratio, high float64) SummaryRow {
	return SummaryRow{Lane: "b", Metric: metric, N: blocks, Comparison: Comparison{Baseline: "a", Blocks: blocks, Ratio: ratio, RatioLow: low, RatioHigh: high}}
}

func TestLook(t *testing.T) {
	nan := math.NaN()
	baseline := SummaryRow{Lane: "a", Metric: "cpu_per_message", N: 6, Comparison: uncompared("a")}
	lossless := made("reach", 6, 0.9, 1, 1.1)
	tail := made("delivery_latency_p99", 6, 0.5, 1, 2)
	negative := made("memory_per_connection", 6, nan, nan, nan)
	negative.why = Because(NoComparison, "a value is negative in a block")
	absent := made("rss_per_connection", 0, nan, nan, nan)
	ofTheOther := SummaryRow{Lane: "a", Metric: "rss_per_connection", N: 6, Comparison: uncompared("a")}
	nowhere := made("cpu_per_idle_connection", 0, nan, nan, nan)
	level := SummaryRow{Lane: "a", Level: "5s", Metric: "cpu_per_message", N: 6, Comparison: uncompared("a"), Across: made("", 6, 1/1.06, 1, 1.06).Comparison}
	level.Across.Baseline, level.Across.Verdict = "1s", stats.Same
	first := level
	first.Level, first.Across = "1s", uncompared("1s")
	for _, c := range []struct {
		name    string
		metrics []string
		rows    []SummaryRow
		want    Precision
	}{
		{"narrow, wherever it lies", nil, []SummaryRow{baseline, made("cpu_per_message", 6, 1.98, 2, 2.02)}, Precision{NarrowSince: 6, Compared: 1}},
		{"zero spread is precise", nil, []SummaryRow{made("cpu_per_message", 6, 2, 2, 2), made("wire_bytes_per_message", 6, 0, 0, 0)}, Precision{NarrowSince: 6, Compared: 2}},
		{"wide", nil, []SummaryRow{made("cpu_per_message", 6, 1/1.06, 1, 1.06), made("handshake_time_p50", 6, 2, 2, 2)}, Precision{
			Compared: 2, Wide: []Wide{{Lane: "b", Metric: "cpu_per_message", Resolution: 0.06, Blocks: 17}},
		}},
		{"no interval yet", nil, []SummaryRow{made("cpu_per_message", 3, nan, 1, nan)}, Precision{
			Compared: 1, Wide: []Wide{{Lane: "b", Metric: "cpu_per_message"}},
		}},
		{"down to zero", nil, []SummaryRow{made("cpu_per_message", 6, 0, 1, 2)}, Precision{
			Compared: 1, Wide: []Wide{{Lane: "b", Metric: "cpu_per_message"}},
		}},
		{"other metrics than those that stop the run", nil, []SummaryRow{lossless, tail, made("heap_per_connection", 6, 0.5, 1, 2)}, Precision{}},
		{"those the scenario is after", []string{"delivery_latency_p99"}, []SummaryRow{tail}, Precision{
			Compared: 1, Wide: []Wide{{Lane: "b", Metric: "delivery_latency_p99", Resolution: 1, Blocks: 2066}},
		}},
		{"a further broadcast", nil, []SummaryRow{made("cpu_per_message@burst", 6, 0.99, 1, 1.01)}, Precision{NarrowSince: 6, Compared: 1}},
		{"across levels", nil, []SummaryRow{first, level}, Precision{
			Compared: 1, Wide: []Wide{{Lane: "a", Level: "5s", Across: true, Metric: "cpu_per_message", Resolution: 0.06, Blocks: 17}},
		}},
		{"without a ratio", nil, []SummaryRow{ofTheOther, negative, absent, nowhere}, Precision{LeftOut: []Wide{
			{Lane: "b", Metric: "memory_per_connection", Why: "a value is negative in a block"},
			{Lane: "b", Metric: "rss_per_connection", Why: "not measured"},
		}}},
	} {
		got := Precision{Goal: 0.03, Budget: 60}
		got.Look(Run{Metrics: c.metrics}, c.rows, 6)
		c.want.Goal, c.want.Budget, c.want.Blocks = 0.03, 60, 6
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
		if diff := cmp.Diff(c.want, got, near); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// The rule looks at widths alone: turned to the other verdict, the same look comes to the same end.
func TestLookKnowsNoVerdict(t *testing.T) {
	for _, shift := range []float64{0.5, 1, 2} {
		row := made("cpu_per_message", 6, shift/1.02, shift, shift*1.02)
		for _, verdict := range []string{stats.Better, stats.Same, stats.Worse, stats.Unclear} {
			row.Verdict = verdict
			p := Precision{Goal: 0.03}
			if p.Look(Run{}, []SummaryRow{row}, 6); !p.Reached(6) {
				t.Errorf("ratio %v, verdict %s: not precise", shift, verdict)
			}
		}
	}
}

// Beyond the planned blocks a run is precise when it was so at two looks in succession, however often it looks.
func TestReached(t *testing.T) {
	narrow, wide := made("cpu_per_message", 6, 0.99, 1, 1.01), made("cpu_per_message", 6, 0.9, 1, 1.1)
	p := Precision{Goal: 0.03}
	for _, look := range []struct {
		blocks int
		row    SummaryRow
		want   bool
	}{{2, wide, false}, {3, narrow, false}, {4, wide, false}, {5, narrow, false}, {5, narrow, false}, {6, narrow, true}, {6, narrow, true}, {7, wide, false}} {
		if p.Look(Run{}, []SummaryRow{look.row}, look.blocks); p.Reached(2) != look.want {
			t.Errorf("after %d blocks: %v, want %v (%+v)", look.blocks, !look.want, look.want, p)
		}
	}
	p = Precision{Goal: 0.03}
	if p.Look(Run{}, []SummaryRow{narrow}, 6); !p.Reached(6) || p.Reached(5) {
		t.Errorf("the planned blocks suffice, and only they: %+v", p)
	}
}
