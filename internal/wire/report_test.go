package wire

import (
	"reflect"
	"testing"
)

// A count that Add forgets would vanish in every report of more than one shard or agent.
func TestAddAddsEveryCount(t *testing.T) {
	var a, b Counts
	x, y := reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem()
	names, ours := counts("", x)
	_, others := counts("", y)
	for i := range ours {
		set(ours[i], 100+i)
		set(others[i], 1000)
	}
	a.Add(b)
	for i, name := range names {
		if got := ours[i].Convert(reflect.TypeFor[int]()).Int(); got != int64(1100+i) {
			t.Errorf("%s is %d, want %d", name, got, 1100+i)
		}
	}
}

// counts are the numbers of a struct, and of those in it.
func counts(path string, of reflect.Value) (names []string, all []reflect.Value) {
	for i := range of.NumField() {
		name, field := path+of.Type().Field(i).Name, of.Field(i)
		if field.Kind() != reflect.Struct {
			names, all = append(names, name), append(all, field)
			continue
		}
		inner, fields := counts(name+".", field)
		names, all = append(names, inner...), append(all, fields...)
	}
	return names, all
}

func set(field reflect.Value, n int) { field.Set(reflect.ValueOf(n).Convert(field.Type())) }

func TestReportsOfAgentsJoin(t *testing.T) {
	h := NewHistogram()
	Record(h, 1000)
	encoded, err := EncodeHistogram(h)
	if err != nil {
		t.Fatal(err)
	}
	var total Report
	for _, part := range []Report{
		{Lost: 1, Wakeups: 2, Errors: map[string]int{"x": 1}, Notes: map[string]int{"n": 4}, Spreads: []Spread{{1, 30, 50, 2}, {3, 7, 9, 1}}},
		{Lost: 2, Wakeups: 3, Errors: map[string]int{"x": 2, "y": 1}, Notes: map[string]int{"n": 1, "m": 2}, Spreads: []Spread{{1, 20, 40, 3}, {2, 5, 6, 1}, {3, 0, 0, 0}}, Histograms: map[string]Histogram{"m": encoded}},
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
