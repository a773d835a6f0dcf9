package wire

import "fmt"

// Report is what a fleet recorded since its last report.
type Report struct {
	Counts
	Lost    uint64 `json:"lost"`    // of the expected messages, those that did not arrive
	Wakeups uint64 `json:"wakeups"` // of the fleet's event loops; 0 where there are none

	Histograms map[string]Histogram `json:"histograms"` // by metric, in ns
	Spreads    []Spread             `json:"spreads"`    // one per message
	Errors     map[string]int       `json:"errors"`     // why connections failed or were cut, by text
	Ends       map[string]int       `json:"ends"`       // how the server ended others cleanly, by text
	Notes      map[string]int       `json:"notes"`      // what servers did that no figure shows, by text: how often
	Losers     map[uint64]int       `json:"losers"`     // connections by how many messages each lost; without those that lost none
	Instead    Instead              `json:"instead"`
}

// Instead is what came where messages should have: of one connection, as evidence for a person. It is empty where the servers
// are ours.
type Instead struct {
	Head    []byte `json:"head,omitempty"`    // of the response
	Body    []byte `json:"body,omitempty"`    // the first bytes behind it, or since the last report, as they came
	Payload []byte `json:"payload,omitempty"` // the begin of the first payload that was none of the trial's messages
	Cause   string `json:"cause,omitempty"`   // as Foreign.Diagnose tells it of what held the first message that was none, or another than was published
}

// Add takes from another part of the fleet what this one lacks.
func (i *Instead) Add(other Instead) {
	if len(i.Head) == 0 {
		i.Head = other.Head
	}
	if len(i.Body) == 0 {
		i.Body = other.Body
	}
	if len(i.Payload) == 0 {
		i.Payload = other.Payload
	}
	if i.Cause == "" {
		i.Cause = other.Cause
	}
}

// Counts are the figures of a report that simply add up.
type Counts struct {
	Connections int `json:"connections"` // open now
	Failed      int `json:"failed"`      // connects that did not reach a greeting
	Closed      int `json:"closed"`      // connections that ended cleanly
	Cut         int `json:"cut"`         // connections that ended otherwise

	Away     int `json:"away"`     // of the open ones, on their way back
	Returned int `json:"returned"` // came back after their connection had ended
	Unheard  int `json:"unheard"`  // came back, were confirmed, and have received none of the messages since
	Retried  int `json:"retried"`  // attempts to come back that failed
	Left     int `json:"left"`     // ended with their lifetime
	Silent   int `json:"silent"`   // dead now, without the server having been told
	Slow     int `json:"slow"`     // of the open ones, those that do not keep up
	SlowCut  int `json:"slow_cut"` // of those, ended by the server

	Unanswered int `json:"unanswered"` // connected, and not a byte has come
	Unreached  int `json:"unreached"`  // messages were due at them, and none arrived

	Expected   uint64 `json:"expected"` // messages due: one per connection and sequence number
	Received   uint64 `json:"received"` // messages due that arrived
	Missed     uint64 `json:"missed"`   // messages that are lost because a client was away when they were published
	Replayed   uint64 `json:"replayed"` // messages that arrived and are older than the subscription; part of no other figure
	Others     uint64 `json:"others"`   // payloads that arrived and are no message of the trial
	Duplicated uint64 `json:"duplicated"`
	Reordered  uint64 `json:"reordered"`
	Overtaken  uint64 `json:"overtaken,omitempty"` // arrived behind a later one too, where the publisher's requests overlapped: the order is its own
	Bytes      uint64 `json:"bytes"`               // application bytes read from sockets, framing and heads included
	Compared   uint64 `json:"compared"`            // messages held against what was published
	Changed    uint64 `json:"changed"`             // of those, the ones that differ

	TLSHandshakes int `json:"tls_handshakes"` // that ended well, those that resumed a session included
	TLSResumed    int `json:"tls_resumed"`    // of these, those that did

	SlowReceived uint64 `json:"slow_received"` // messages of clients that do not keep up; part of no other figure

	Uplinks Uplinks `json:"uplinks"`

	Dropped     uint64 `json:"dropped"`      // packets that had no room in the UDP sockets of clients
	Unread      uint64 `json:"unread"`       // bytes that had arrived at connections that were behind, and were not read in time
	Skipped     uint64 `json:"skipped"`      // messages over the limit of their target, which were passed over
	UserStamped uint64 `json:"user_stamped"` // reads whose time of arrival is the reader's, as the kernel gave none
}

// Add adds the counts of another part of the fleet.
func (c *Counts) Add(other Counts) {
	c.Connections += other.Connections
	c.Failed += other.Failed
	c.Closed += other.Closed
	c.Cut += other.Cut
	c.Away += other.Away
	c.Returned += other.Returned
	c.Unheard += other.Unheard
	c.Unanswered += other.Unanswered
	c.Unreached += other.Unreached
	c.Missed += other.Missed
	c.Replayed += other.Replayed
	c.Others += other.Others
	c.Retried += other.Retried
	c.Left += other.Left
	c.Silent += other.Silent
	c.Slow += other.Slow
	c.SlowCut += other.SlowCut
	c.TLSHandshakes += other.TLSHandshakes
	c.TLSResumed += other.TLSResumed
	c.Expected += other.Expected
	c.Received += other.Received
	c.SlowReceived += other.SlowReceived
	c.Duplicated += other.Duplicated
	c.Reordered += other.Reordered
	c.Overtaken += other.Overtaken
	c.Bytes += other.Bytes
	c.Compared += other.Compared
	c.Changed += other.Changed
	c.Dropped += other.Dropped
	c.Uplinks.add(other.Uplinks)
	c.Unread += other.Unread
	c.Skipped += other.Skipped
	c.UserStamped += other.UserStamped
}

// Uplinks are the counts of what clients sent.
type Uplinks struct {
	Connections int    `json:"connections"` // beside the subscriptions, open now
	Due         uint64 `json:"due"`         // messages on the schedule of clients that were there
	Sent        uint64 `json:"sent"`        // of these, those that a connection took
	Confirmed   uint64 `json:"confirmed"`   // of these, those the server has confirmed
	Unasked     uint64 `json:"unasked"`     // confirmations that came again, or of what nobody had sent
	Written     uint64 `json:"written"`     // bytes of what was sent, framing and heads included
	Read        uint64 `json:"read"`        // bytes from connections beside the subscriptions
}

func (u *Uplinks) add(other Uplinks) {
	u.Connections += other.Connections
	u.Due += other.Due
	u.Sent += other.Sent
	u.Confirmed += other.Confirmed
	u.Unasked += other.Unasked
	u.Written += other.Written
	u.Read += other.Read
}

// Spread is how far a message got: how long after it was due it reached the first and the last connection, in ns, and how many: messages of several
// servers that share a number are due at slightly different times.
type Spread struct {
	Seq   uint64 `json:"seq"`
	First int64  `json:"first"` // 0: no connection has it
	Last  int64  `json:"last"`
	Count int    `json:"count"` // connections it has reached
}

// Add joins the report of another part of the fleet. Histograms are merged, never their percentiles.
func (r *Report) Add(other Report) error {
	r.Counts.Add(other.Counts)
	r.Lost += other.Lost
	r.Wakeups += other.Wakeups
	r.Errors, r.Ends, r.Losers = added(r.Errors, other.Errors), added(r.Ends, other.Ends), added(r.Losers, other.Losers)
	r.Notes = added(r.Notes, other.Notes)
	r.Instead.Add(other.Instead)
	r.Spreads = MergeSpreads(r.Spreads, other.Spreads)
	if r.Histograms == nil {
		r.Histograms = map[string]Histogram{}
	}
	for metric, h := range other.Histograms {
		merged, err := MergeHistograms(r.Histograms[metric], h)
		if err != nil {
			return fmt.Errorf("%s: %w", metric, err)
		}
		r.Histograms[metric] = merged
	}
	return nil
}

// added adds the counts of another part to those of one, which may be nil.
func added[K comparable](counts, other map[K]int) map[K]int {
	if counts == nil {
		counts = map[K]int{}
	}
	for k, n := range other {
		counts[k] += n
	}
	return counts
}

// MergeSpreads widens the spreads of messages by those another part of the fleet saw. Both are sorted by sequence number.
func MergeSpreads(a, b []Spread) []Spread {
	merged := make([]Spread, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch x, y := a[0], b[0]; {
		case x.Seq < y.Seq:
			merged, a = append(merged, x), a[1:]
		case y.Seq < x.Seq:
			merged, b = append(merged, y), b[1:]
		default:
			merged, a, b = append(merged, widen(x, y)), a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// widen joins what two parts saw of one message; a zero First means that a part has not seen it.
func widen(x, y Spread) Spread {
	if x.First == 0 || (y.First != 0 && y.First < x.First) {
		x.First = y.First
	}
	x.Last = max(x.Last, y.Last)
	x.Count += y.Count
	return x
}
