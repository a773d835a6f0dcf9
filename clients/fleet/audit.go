package fleet

// audit follows the sequence numbers of one connection. The newest 64 are known one by one, which tells a late message
// from a repeated one.
type audit struct {
	start   uint64 // the subscription begins after this message
	highest uint64
	seen    uint64 // bit i: highest-i has arrived
}

// arrival is what a sequence number meant.
type arrival int

const (
	inOrder    arrival = iota
	late               // after a higher one: reordered
	repeated           // arrived before, or belongs before the subscription
	outOfReach         // too old to tell late from repeated; counted as reordered and, the safe side, as lost
)

const auditWindow = 64

func (a *audit) begin(seq uint64) { *a = audit{start: seq, highest: seq, seen: 1} }

// note takes a message that arrived.
func (a *audit) note(seq uint64) arrival {
	if seq > a.highest {
		if ahead := seq - a.highest; ahead < auditWindow {
			a.seen = a.seen<<ahead | 1
		} else {
			a.seen = 1
		}
		a.highest = seq
		return inOrder
	}
	back := a.highest - seq
	switch {
	case seq <= a.start:
		return repeated
	case back >= auditWindow:
		return outOfReach
	case a.seen&(1<<back) != 0:
		return repeated
	default:
		a.seen |= 1 << back
		return late
	}
}

// due is how many messages of (after, through] the connection should have seen.
func (a *audit) due(after, through uint64) uint64 {
	from := max(after, a.start)
	if through <= from {
		return 0
	}
	return through - from
}
