package fleet

import "math"

// audit follows the sequence numbers of one connection, in 16 bytes. The newest 32 are known one by one, which tells a late
// message from a repeated one.
type audit struct {
	highest uint64
	span    uint32 // how far the subscription reaches back from there; its first message is the one after
	seen    uint32 // bit i: highest-i has arrived
}

// arrival is what a sequence number meant.
type arrival int

const (
	inOrder    arrival = iota
	late               // after a higher one: reordered
	repeated           // arrived before, or belongs before the subscription
	outOfReach         // too old to tell late from repeated; counted as reordered and, the safe side, as lost
)

const auditWindow = 32

// notBegun is the highest number of a subscription of which no message is due: it begins with the first that arrives, or
// is over.
const notBegun = math.MaxUint64

func (a *audit) begin(seq uint64) { *a = audit{highest: seq, seen: 1} }

// await makes it a subscription that begins with the first message to come behind one, whose number is kept where a subscription
// that has begun keeps the rest.
func (a *audit) await(behind uint64) {
	*a = audit{highest: notBegun, span: uint32(behind >> 32), seen: uint32(behind)} //nolint:gosec // both halves
}

// behind is the number of that message; 0 of a subscription that is over.
func (a *audit) behind() uint64 { return uint64(a.span)<<32 | uint64(a.seen) }

// start is the message after which the subscription began.
func (a *audit) start() uint64 { return a.highest - uint64(a.span) }

// note takes a message that arrived.
func (a *audit) note(seq uint64) arrival {
	if seq > a.highest {
		if ahead := seq - a.highest; ahead < auditWindow {
			a.seen = a.seen<<ahead | 1
		} else {
			a.seen = 1
		}
		a.span = uint32(min(uint64(a.span)+seq-a.highest, math.MaxUint32)) //nolint:gosec // bounded on the line
		a.highest = seq
		return inOrder
	}
	back := a.highest - seq
	switch {
	case seq <= a.start():
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
	from := max(after, a.start())
	if through <= from {
		return 0
	}
	return through - from
}
