package wire

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"
)

// Every count adds up, and crosses the wire under its own name: one that did not would vanish in every report of more than
// one shard or agent.
func TestCountsAddUp(t *testing.T) {
	var one, sum Counts
	data, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name := range maps.Keys(want) {
		n++
		want[name] = n
	}
	if data, err = json.Marshal(want); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &one); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		sum.Add(one)
	}
	rows := map[string]float64{}
	for _, kind := range []string{"", RowsOfClients, RowsOfMessages, RowsOfTLS, RowsOfUplinks} {
		for row := range sum.Rows(kind) {
			rows[row.Name] = row.Value
		}
	}
	for name, n := range want {
		if rows[name] != float64(3*n) {
			t.Errorf("three times %d %s is %v", n, name, rows[name])
		}
	}
	if fields := reflect.TypeFor[Counts]().NumField(); len(want) != fields {
		t.Errorf("%d of %d counts cross the wire: some share a name", len(want), fields)
	}
}
