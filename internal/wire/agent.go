package wire

import "time"

// Hello is what an agent says when it has joined.
type Hello struct {
	Agent string `json:"agent"`
	PID   int    `json:"pid"`
	Limit uint64 `json:"limit"` // descriptors it may open
}

// Ramp asks an agent to open connections on a schedule that waits for nobody, and to answer when every one of them has
// its greeting or has failed.
type Ramp struct {
	Target      Target  `json:"target"`
	Connections int     `json:"connections"` // how many to add
	PerSecond   float64 `json:"per_second"`
}

// Collect asks for what has been recorded since the last report. The answer waits until every connection has seen
// message Through, or Timeout has passed.
type Collect struct {
	After   uint64        `json:"after"`   // messages up to here are not part of this report
	Through uint64        `json:"through"` // equal to After: no messages are expected
	Timeout time.Duration `json:"timeout"`
}

// Report is what a fleet recorded since its last report.
type Report struct {
	Connections int `json:"connections"` // open now
	Failed      int `json:"failed"`      // connects that did not reach a greeting
	Closed      int `json:"closed"`      // connections that ended cleanly
	Cut         int `json:"cut"`         // connections that ended otherwise

	Expected   uint64 `json:"expected"` // messages due: one per connection and sequence number
	Received   uint64 `json:"received"` // messages due that arrived
	Lost       uint64 `json:"lost"`
	Duplicated uint64 `json:"duplicated"`
	Reordered  uint64 `json:"reordered"`
	Bytes      uint64 `json:"bytes"` // application bytes read from sockets, framing and heads included

	Wakeups     uint64 `json:"wakeups"`      // of the fleet's event loops; 0 where there are none
	UserStamped uint64 `json:"user_stamped"` // reads whose time of arrival is the reader's, as the kernel gave none

	Histograms map[string]Histogram `json:"histograms"` // by metric, in ns
	Spreads    []Spread             `json:"spreads"`    // one per message
	Errors     map[string]int       `json:"errors"`     // why connections failed or were cut, by text
}

// Spread is when a message reached the first and the last connection, in ns on Now's clock.
type Spread struct {
	Seq   uint64 `json:"seq"`
	First int64  `json:"first"`
	Last  int64  `json:"last"`
}

// Reply wraps an agent's answer: the one of the command, or an error.
type Reply struct {
	Hello  *Hello  `json:"hello,omitempty"`
	Report *Report `json:"report,omitempty"`
	Error  string  `json:"error,omitempty"`
}
