package trial

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
)

// What servers do in many phases is said once, with how often.
func TestNotesAreSaidOnce(t *testing.T) {
	reports := []map[string]int{{"b": 2}, nil, {"b": 1, "a": 1}}
	fleet := &fakeFleet{report: func(_ wire.Collect, r *wire.Report) { r.Notes, reports = reports[0], reports[1:] }}
	noted, tr := newNoting(fleet), &trial{}
	for range len(reports) {
		if _, err := noted.Report(t.Context(), wire.Collect{}); err != nil {
			t.Fatal(err)
		}
	}
	noted.warn(tr)
	if diff := cmp.Diff([]string{"a (once)", "b (3 times)"}, tr.warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
