package report

import (
	"io"
	"math/rand/v2"
	"strings"
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
		if err := Markdown(Input{Data: d, Summary: results.Summary{Rows: rows}}, Options{}, io.Discard); err != nil {
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
			fixture.Must(t, Markdown(Input{Data: d, Summary: sum}, Options{}, io.Discard))
			fixture.Must(t, Text(Input{Data: d, Summary: sum}, Options{All: true, Notes: true}, io.Discard))
		})
	}
}

// A lane that loses messages is never picked for its latency (rule 11).
func TestLossWinsNothing(t *testing.T) {
	s := fixture.Usual()
	s.Lanes[2].Tag = "tuned" // no floor: tcp, the quickest, could be picked
	s.Edit = func(one *results.Sample) {
		if one.Lane == "tcp" && one.Metric == "received" {
			one.Value--
		}
	}
	d, sum := s.Loaded(t)
	picks, _, _ := advise(d, sum.Rows)
	for _, p := range picks {
		wins := strings.Contains(strings.Join(p.Lanes, " "), "tcp")
		if latency := strings.HasPrefix(p.Metric, "delivery") || strings.HasPrefix(p.Metric, "fanout"); latency == wins {
			t.Errorf("%s: picked %v", p.Metric, p.Lanes)
		}
	}
	r := results.NewView(d, sum.Rows).Row("tcp", "reach")
	if got := words.UnitOf(r.Metric, r.Unit).Number(r.Median); got == "1" {
		t.Error("a reach below 1 is printed as 1")
	}
}
