package trial

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// A link that reads something else than was asked for makes its trial invalid, and what nothing came back from has no figure.
func TestLinksAreReadBeforeATrial(t *testing.T) {
	const asked = 100 * time.Millisecond
	for name, c := range map[string]struct {
		jitter  time.Duration
		read    wire.LinkProbe
		invalid string
		warning results.Code
		row     bool
	}{
		"as asked":   {0, wire.LinkProbe{Sent: 25, Returned: 25, RoundTrip: asked + 300*time.Microsecond, Expected: asked}, "", "", true},
		"late":       {0, wire.LinkProbe{Sent: 25, Returned: 25, RoundTrip: asked + 6*time.Millisecond, Expected: asked}, "took 106ms through the link and back instead of 100ms", "", true},
		"early":      {0, wire.LinkProbe{Sent: 25, Returned: 25, RoundTrip: asked - 6*time.Millisecond, Expected: asked}, "took 94ms", "", true},
		"jitter":     {20 * time.Millisecond, wire.LinkProbe{Sent: 25, Returned: 20, RoundTrip: asked + 19*time.Millisecond, Expected: asked}, "", "", true},
		"all vanish": {0, wire.LinkProbe{Sent: 25, Expected: asked}, "", results.LinkUnread, false},
	} {
		answer, err := json.Marshal(c.read)
		if err != nil {
			t.Fatal(err)
		}
		l := &link{&controlled{Client: control.Client{Over: func(context.Context, wire.Request) (json.RawMessage, error) { return answer, nil }}}}
		tr := &trial{scenario: &scenario.Scenario{Link: &scenario.Link{RTT: asked, Jitter: c.jitter}}, rows: &rows{}}
		if err := l.read(t.Context(), tr); err != nil {
			t.Fatal(err)
		}
		switch {
		case (len(tr.invalid) > 0) != (c.invalid != "") || len(tr.invalid) > 0 && !strings.Contains(tr.invalid[0].String(), c.invalid):
			t.Errorf("%s: invalid because of %v, want %q", name, tr.invalid, c.invalid)
		case (len(tr.warnings) > 0) != (c.warning != "") || len(tr.warnings) > 0 && tr.warnings[0].Code != c.warning:
			t.Errorf("%s: warnings %v, want %q", name, tr.warnings, c.warning)
		}
		if _, row := tr.rows.last(results.PhaseBaseline, "link", "link_round_trip"); row != c.row {
			t.Errorf("%s: a row of the round trip: %v", name, row)
		}
	}
}
