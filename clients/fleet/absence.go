package fleet

import "github.com/pushbench/pushbench/internal/wire"

// absence is what is known of a client that lacks messages, or whose newest connection has carried none yet. Sound clients that
// stay have none: their audit says all.
type absence struct {
	lost      uint64 // messages of the report under way that did not arrive, below the newest that did
	missed    uint64 // of these, those that were due while it had no connection
	left      int64  // when its last connection ended; 0: it has had no other
	confirmed int64  // when its newest connection was confirmed, if nothing has been received on it; else 0
	newest    uint64 // message that anybody had when that connection was asked for: it is replayed, and what is older
	took      int64  // from the end of the connection before; recorded once something is received; 0: recorded
}

func (r *recorder) absence(c *conn) *absence {
	a := r.absences[c]
	if a == nil {
		a = &absence{}
		r.absences[c] = a
	}
	return a
}

// ours reports whether a stamp is one of the trial's.
func (r *recorder) ours(s wire.Stamp) bool { return !r.marked || s.Mark == r.mark }

// returned takes a client whose new connection has been confirmed. Our servers confirm what they will keep; of others the head
// of a response is no promise, and the client is back once it hears something.
func (r *recorder) returned(c *conn, o *opening) {
	a := r.absence(c)
	a.confirmed, a.newest, a.took = r.now, o.newest, r.now-o.away
	if r.external == nil {
		r.isBack(a)
	}
}

// isBack records that a client is.
func (r *recorder) isBack(a *absence) {
	if a.took == 0 {
		return
	}
	r.Returned++
	r.record(reconnectTime, a.took)
	a.took = 0
}

// newer takes a message that is newer than all that the client had.
func (r *recorder) newer(c *conn, before uint64, s wire.Stamp) {
	a := r.absences[c]
	gap := s.Seq - 1 - min(max(before, r.counted), s.Seq-1) // what an earlier report lacks is counted there
	if gap > 0 {
		a = r.absence(c)
		a.lost += gap
		a.missed += r.missed(a, gap, s.Seq-1, s)
	}
	if a == nil {
		return
	}
	r.isBack(a)
	a.confirmed = 0
	if a.lost == 0 && s.Seq >= a.newest { // nothing can come that is replayed
		delete(r.absences, c)
	}
}

// found takes a message that had been counted as lost.
func (r *recorder) found(c *conn, seq uint64) {
	if a := r.absences[c]; a != nil && a.lost > 0 && seq > r.counted {
		a.lost--
		a.missed = min(a.missed, a.lost)
	}
}

// missed is how many of the gap messages up to one were due between the end of a connection and the confirmation of the next,
// by the schedule that a stamp is part of.
func (r *recorder) missed(a *absence, gap, through uint64, s wire.Stamp) uint64 {
	if a.confirmed == 0 || a.left == 0 {
		return 0
	}
	return min(gap, r.since(a.left, through, s)) - min(gap, r.since(a.confirmed, through, s))
}

// since is how many messages up to one were due at or after a time, by the schedule that a stamp is part of.
func (r *recorder) since(at int64, through uint64, s wire.Stamp) uint64 {
	due := s.Intended - int64(float64(s.Seq-through)*r.every) // of message through
	switch {
	case due < at:
		return 0
	case r.every == 0:
		return through
	default:
		return uint64(float64(due-at)/r.every) + 1
	}
}

// repeat takes a message that the client has, or that is older than its subscription.
func (r *recorder) repeat(c *conn, s wire.Stamp) {
	a := r.absences[c]
	if r.external != nil && (s.Seq <= c.audit.start() || a != nil && s.Seq <= a.newest) {
		r.Replayed++
		return
	}
	r.Duplicated++
}

// tally adds what a client lost to the report.
func (c *conn) tally(to *wire.Report, req wire.Collect) {
	r := c.recorder
	if !c.greeted || c.slow || c.blackholed {
		return
	}
	a := r.absences[c]
	last := wire.Stamp{Seq: req.Through, Intended: req.Last}
	if due := c.audit.due(req.After, req.Through); due > 0 {
		lost, missed, tail := uint64(0), uint64(0), req.Through-min(max(c.audit.highest, req.After), req.Through)
		if a != nil {
			lost, missed = a.lost, a.missed+c.absent(a, tail, last)
		}
		lost = min(lost+tail, due)
		to.Missed += min(missed, lost)
		lose(to, lost, due)
	}
	if a == nil || c.ended || c.opening != nil {
		return
	}
	since := uint64(0)
	if a.confirmed != 0 {
		since = r.since(a.confirmed, req.Through, last)
	}
	switch { // a server may answer a little before it subscribes: one message proves nothing
	case since == 0:
		r.isBack(a) // nothing was due
	case since > 1:
		to.Unheard++
		if c.audit.highest == notBegun { // nobody else counts what was due here
			due := min(since-1, req.Through-req.After)
			to.Expected += due
			lose(to, due, due)
		}
	}
}

// lose adds a client that lost some of the messages that were due.
func lose(to *wire.Report, lost, due uint64) {
	if lost == 0 {
		return
	}
	to.Losers[lost]++
	if lost == due {
		to.Unreached++
	}
}

// absent is how many of the tail messages that nothing came after were due while the client had no connection.
func (c *conn) absent(a *absence, tail uint64, last wire.Stamp) uint64 {
	switch {
	case tail == 0 || a.left == 0:
		return 0
	case c.ended, c.opening != nil:
		return min(tail, c.recorder.since(a.left, last.Seq, last))
	default:
		return c.recorder.missed(a, tail, last.Seq, last)
	}
}

// forgetLost begins a new report.
func (r *recorder) forgetLost() {
	for c, a := range r.absences {
		a.lost, a.missed = 0, 0
		away, replays := c.ended || c.opening != nil, c.audit.highest < a.newest
		if !away && !replays && a.confirmed == 0 {
			delete(r.absences, c)
		}
	}
}
