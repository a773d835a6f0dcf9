package fleet

import (
	"testing"

	"pgregory.net/rapid"
)

// oracle remembers everything, which audit may not.
type oracle struct {
	start, highest uint64
	seen           map[uint64]bool
}

func (o *oracle) note(seq uint64) arrival {
	switch {
	case seq <= o.start || o.seen[seq]:
		return repeated
	case seq > o.highest:
		o.highest, o.seen[seq] = seq, true
		return inOrder
	default:
		o.seen[seq] = true
		return late
	}
}

func TestAuditAgreesWithAnOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.Uint64Range(0, 1000).Draw(t, "start")
		o := oracle{start: start, highest: start, seen: map[uint64]bool{}}
		var a audit
		a.begin(start)
		for range rapid.IntRange(1, 300).Draw(t, "messages") {
			// Around the newest message, within the window and beyond it, before the subscription too.
			ahead := rapid.Int64Range(-100, 80).Draw(t, "ahead")
			seq := uint64(max(1, int64(o.highest)+ahead))
			reachable := o.highest-min(seq, o.highest) < auditWindow
			want := o.note(seq)
			got := a.note(seq)
			if !reachable && seq > start {
				want = outOfReach
			}
			if got != want {
				t.Fatalf("message %d after %d: %v, want %v", seq, a.highest, got, want)
			}
		}
		through := o.highest + 10
		if due := a.due(start/2, through); due != through-start {
			t.Fatalf("due(%d, %d) = %d, want %d", start/2, through, due, through-start)
		}
	})
}

func TestAuditDue(t *testing.T) {
	for _, c := range []struct{ start, after, through, want uint64 }{
		{0, 0, 0, 0}, {0, 0, 10, 10}, {0, 10, 20, 10}, {15, 10, 20, 5}, {20, 10, 20, 0}, {30, 10, 20, 0},
	} {
		a := audit{}
		a.begin(c.start)
		if got := a.due(c.after, c.through); got != c.want {
			t.Errorf("begun after %d, due(%d, %d) = %d, want %d", c.start, c.after, c.through, got, c.want)
		}
	}
}
