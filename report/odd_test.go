package report

import (
	"io"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// A record that somebody edited is drawn like any other, or refused when it is loaded.
func TestOddRecordsAreDrawn(t *testing.T) {
	for name, edit := range map[string]func(*results.Run){
		"all are controls of the first": func(r *results.Run) {
			for i := range r.Lanes {
				r.Lanes[i].Control, r.Lanes[i].Of = true, r.Lanes[0].Name
			}
		},
		"lanes without a name or a place": func(r *results.Run) {
			for i := range r.Lanes {
				r.Lanes[i] = results.Lane{Name: r.Lanes[i].Name[:i], Row: -1 - i}
			}
		},
		"phases nobody measured": func(r *results.Run) { r.Broadcasts, r.Uplinks = []string{"", "steady", ""}, []string{"", "steady"} },
		"metrics nobody knows":   func(r *results.Run) { r.Metrics = []string{"", "@", "reach@", "cpu_per_message@steady"} },
		"a precision of nothing": func(r *results.Run) {
			r.Precision = &results.Precision{Goal: -1e300, Budget: -1e300, Ended: results.EndedBudget, Wide: []results.Wide{{}}, Blocks: -1}
		},
		"hardly a difference is relevant": func(r *results.Run) { far := 100.0; r.Relevant = &far },
		"every difference is":             func(r *results.Run) { none := 0.0; r.Relevant = &none },
		"offsets of nothing": func(r *results.Run) {
			r.Lanes[0].Offsets = []results.Offset{{Metric: "reach"}, {Metric: "nothing"}, {Metric: "rss_per_connection", Adds: -1e300, Within: -1}}
			r.Stalls = map[string]float64{"steady": -1}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := fixture.Usual()
			s.Levels, s.NoHistograms, s.Run = []int{10, 20}, true, edit
			in, err := Write(t.Context(), s.Write(t), nil)
			fixture.Must(t, err)
			fixture.Must(t, Text(in, Options{All: true, Notes: true}, io.Discard))
		})
	}
}
