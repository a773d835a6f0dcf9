package fleet

import (
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// Of a gap only what was due between the end of a connection and the confirmation of the next was missed by being away. Message n
// is due at 10n.
func TestMissedBetweenConnections(t *testing.T) {
	due := func(seq uint64) wire.Stamp { return wire.Stamp{Seq: seq, Intended: int64(seq) * 10} }
	for _, c := range []struct {
		name            string
		left, confirmed int64
		gap, through    uint64
		at              wire.Stamp
		want            uint64
	}{
		{"all while away", 35, 95, 6, 9, due(10), 6},
		{"some before the end", 55, 95, 6, 9, due(10), 4},
		{"some after the confirmation", 35, 75, 6, 9, due(10), 4},
		{"before and after", 55, 75, 6, 9, due(10), 2},
		{"a connection that never ended", 0, 75, 6, 9, due(10), 0},
		{"a connection that has carried messages", 35, 0, 6, 9, due(10), 0},
		{"by a later stamp", 35, 95, 6, 9, due(20), 6},
	} {
		r := &recorder{every: 10}
		if got := r.missed(&absence{left: c.left, confirmed: c.confirmed}, c.gap, c.through, c.at); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	r := &recorder{every: 10}
	ended := &conn{ended: true, recorder: r}
	if got := ended.absent(&absence{left: 45}, 8, due(10)); got != 6 {
		t.Errorf("of 8 messages behind the last of a connection that ended, %d were due after its end, want 6", got)
	}
	r.absences = map[*conn]*absence{ended: {lost: 5, missed: 5}}
	r.found(ended, 3)
	if a := r.absences[ended]; a.lost != 4 || a.missed != 4 {
		t.Errorf("a message that came after all leaves %d lost and %d missed, want 4", a.lost, a.missed)
	}
}
