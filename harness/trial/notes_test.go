package trial

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// What a server does to each client in another way is no warning for each.
func TestNotesAreFew(t *testing.T) {
	phase := 0
	fleet := &fakeFleet{report: func(_ wire.Collect, r *wire.Report) {
		r.Notes = map[string]int{fmt.Sprint(phase, "a"): 1, fmt.Sprint(phase, "b"): 1, fmt.Sprint(phase, "c"): 1}
		phase++
	}}
	noted, tr := newNoting(fleet), &trial{}
	for range 4 {
		if _, err := noted.Report(t.Context(), wire.Collect{}); err != nil {
			t.Fatal(err)
		}
	}
	noted.warn(tr)
	want := []string{"0a", "0b", "0c", "1a", "1b", wire.Notes().Others + " (7 times)"}
	if diff := cmp.Diff(want, results.Texts(tr.warnings)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// What servers do in many phases is said once, with how often.
func TestNotesAreReportedOnce(t *testing.T) {
	reports := []map[string]int{{"b": 2}, nil, {"b": 1, "a": 1}}
	fleet := &fakeFleet{report: func(_ wire.Collect, r *wire.Report) { r.Notes, reports = reports[0], reports[1:] }}
	noted, tr := newNoting(fleet), &trial{}
	for range len(reports) {
		if _, err := noted.Report(t.Context(), wire.Collect{}); err != nil {
			t.Fatal(err)
		}
	}
	noted.warn(tr)
	if diff := cmp.Diff([]string{"a", "b (3 times)"}, results.Texts(tr.warnings)); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
