package wire

import (
	"reflect"
	"testing"
)

func TestReportsOfAgentsJoin(t *testing.T) {
	h := NewHistogram()
	Record(h, 1000)
	encoded, err := EncodeHistogram(h)
	if err != nil {
		t.Fatal(err)
	}
	var total Report
	for _, part := range []Report{
		{Counts: Counts{Lost: 1, Wakeups: 2}, Errors: map[string]int{"x": 1}, Notes: map[string]int{"n": 4}, Spreads: []Spread{{1, 30, 50, 2}, {3, 7, 9, 1}}},
		{Counts: Counts{Lost: 2, Wakeups: 3}, Errors: map[string]int{"x": 2, "y": 1}, Notes: map[string]int{"n": 1, "m": 2}, Spreads: []Spread{{1, 20, 40, 3}, {2, 5, 6, 1}, {3, 0, 0, 0}}, Histograms: map[string]Histogram{"m": encoded}},
		{Histograms: map[string]Histogram{"m": encoded}},
	} {
		if err := total.Add(part); err != nil {
			t.Fatal(err)
		}
	}
	merged, err := total.Histograms["m"].Decode()
	if err != nil {
		t.Fatal(err)
	}
	want := []Spread{{1, 20, 50, 5}, {2, 5, 6, 1}, {3, 7, 9, 1}}
	if total.Lost != 3 || total.Wakeups != 5 || total.Errors["x"] != 3 || total.Errors["y"] != 1 || total.Notes["n"] != 5 || total.Notes["m"] != 2 ||
		merged.TotalCount() != 2 || !reflect.DeepEqual(total.Spreads, want) {
		t.Errorf("got %+v with %d values", total, merged.TotalCount())
	}
}
