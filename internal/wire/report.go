package wire

import "fmt"

// Report is what a fleet recorded since its last report.
type Report struct {
	Counts

	Histograms map[string]Histogram `json:"histograms"` // by metric, in ns
	Spreads    []Spread             `json:"spreads"`    // one per message
	Errors     map[string]int       `json:"errors"`     // why connections failed or were cut, by text
	Ends       map[string]int       `json:"ends"`       // how the server ended others cleanly, by text
	Notes      map[string]int       `json:"notes"`      // what servers did that no figure shows, by text: how often
	Losers     map[uint64]int       `json:"losers"`     // connections by how many messages each lost; without those that lost none
	Instead    Instead              `json:"instead"`
}

// Instead is data received in place of messages: of one connection, as evidence for a person. It is empty where the servers
// are ours.
type Instead struct {
	Head    []byte `json:"head,omitempty"`    // of the response
	Body    []byte `json:"body,omitempty"`    // the first bytes behind it, or since the last report, as they came
	Payload []byte `json:"payload,omitempty"` // the begin of the first payload that was none of the trial's messages
	Cause   string `json:"cause,omitempty"`   // as External.Diagnose tells it of what held the first message that was none, or another than was published
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
