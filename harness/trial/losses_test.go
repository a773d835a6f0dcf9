package trial

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/internal/wire"
)

func TestMissed(t *testing.T) {
	published := wire.Published{After: 10, Through: 13}
	spreads := []wire.Spread{{Seq: 10, Count: 1}, {Seq: 11, Count: 4}, {Seq: 13, Count: 3}}
	for _, c := range []struct {
		name           string
		expected, lost uint64
		want           []wire.Spread
	}{
		{"one at a connection, one at all", 12, 5, []wire.Spread{{Seq: 12}, {Seq: 13, Count: 3}}},
		{"none", 12, 0, nil},
		{"a client joined in the middle: due at some of them only", 11, 4, nil},
	} {
		report := wire.Report{Counts: wire.Counts{Expected: c.expected, Lost: c.lost}, Spreads: spreads}
		if diff := cmp.Diff(c.want, missed(published, report, 4)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
