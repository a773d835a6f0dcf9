package report

import (
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// Rows of any numbers, figures missing here and there, lanes without data: everything is written.
func TestAnyNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, rows := fixture.Anything(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), rapid.IntRange(0, 20).Draw(t, "lanes"))
		if err := Markdown(Input{Data: d, Summary: results.Summary{Rows: rows}}, Options{All: true}, io.Discard); err != nil {
			t.Fatalf("report: %v", err)
		}
		if err := Text(Input{Data: d, Summary: results.Summary{Rows: rows}}, Options{All: true, Notes: true}, io.Discard); err != nil {
			t.Fatalf("table: %v", err)
		}
	})
}

func TestShapes(t *testing.T) {
	for name, shape := range fixture.Shapes() {
		t.Run(name, func(t *testing.T) {
			d, sum := shape.Loaded(t)
			fixture.Must(t, Markdown(Input{Data: d, Summary: sum}, Options{All: true}, io.Discard))
			fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{All: true, Notes: true}, io.Discard))
		})
	}
}

// A lane that loses messages is never best by its latency (rule 11).
func TestLossWinsNothing(t *testing.T) {
	s := fixture.Usual()
	s.Lanes[2].Tag = "tuned" // no floor: tcp, the quickest, could be best
	s.Edit = func(one *results.Sample) {
		if one.Lane == "tcp" && one.Metric == "received" {
			one.Value--
		}
	}
	d, sum := s.Loaded(t)
	v := results.NewView(d, sum.Rows)
	for metric, want := range map[string]bool{"memory_per_connection": true, "cpu_per_message": true, "delivery_latency_p50": false, "delivery_latency_p99": false} {
		if best := bestOf(candidates(v, metric), d.Run.Relevance()).names(); slices.Contains(best, "tcp") != want {
			t.Errorf("%s: the best are %v", metric, best)
		}
	}
	r := v.Row("tcp", "reach")
	if got := words.UnitOf(r.Metric, r.Unit).Number(r.Median); got == "1" {
		t.Error("a reach below 1 is printed as 1")
	}
}
