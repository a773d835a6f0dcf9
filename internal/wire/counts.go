package wire

import (
	"cmp"
	"iter"
	"reflect"
)

// Counts are the figures of a report that simply add up. Each is one row of this table: its name is that of JSON and of
// samples.csv, rows is the kind of phases whose samples have it (none: it is for the report's words alone), and unit is its
// unit where that is not 1.
type Counts struct {
	Connections int `json:"connections" rows:"clients"` // open now
	Failed      int `json:"failed"`                     // connects that did not reach a greeting
	Away        int `json:"away" rows:"clients"`        // of the open ones, on their way back
	Returned    int `json:"returned" rows:"clients"`    // came back after their connection had ended
	Unheard     int `json:"unheard" rows:"clients"`     // came back, were confirmed, and have received none of the messages since
	Retried     int `json:"retried" rows:"clients"`     // attempts to come back that failed
	Left        int `json:"left" rows:"clients"`        // ended with their lifetime
	Closed      int `json:"closed" rows:"clients"`      // connections that ended cleanly
	Cut         int `json:"cut" rows:"clients"`         // connections that ended otherwise
	Blackholed  int `json:"blackholed" rows:"clients"`  // cut off from the network now, without notice to the server
	Slow        int `json:"slow" rows:"clients"`        // of the open ones, those that do not keep up
	SlowCut     int `json:"slow_cut" rows:"clients"`    // of those, ended by the server
	Unanswered  int `json:"unanswered"`                 // connected, and not a byte has come
	Unreached   int `json:"unreached"`                  // messages were due at them, and none arrived

	SlowReceived uint64 `json:"slow_received" rows:"clients"` // messages of clients that do not keep up; part of no other figure

	Expected    uint64 `json:"expected" rows:"messages"` // messages due: one per connection and sequence number
	Received    uint64 `json:"received" rows:"messages"` // messages due that arrived
	Lost        uint64 `json:"lost" rows:"messages"`     // messages due that did not
	Duplicated  uint64 `json:"duplicated" rows:"messages"`
	Reordered   uint64 `json:"reordered" rows:"messages"`
	Overtaken   uint64 `json:"overtaken" rows:"messages"`       // arrived behind a later one too, where the publisher's requests overlapped: the order is its own
	Missed      uint64 `json:"missed" rows:"messages"`          // messages that are lost because a client was away when they were published
	Replayed    uint64 `json:"replayed" rows:"messages"`        // messages that arrived and are older than the subscription; part of no other figure
	Others      uint64 `json:"others" rows:"messages"`          // payloads that arrived and are no message of the trial
	Bytes       uint64 `json:"bytes" rows:"messages" unit:"B"`  // application bytes read from sockets, framing and heads included
	Wakeups     uint64 `json:"wakeups" rows:"messages"`         // of the fleet's event loops; 0 where there are none
	Dropped     uint64 `json:"dropped" rows:"messages"`         // packets that had no room in the UDP sockets of clients
	Unread      uint64 `json:"unread" rows:"messages" unit:"B"` // bytes that had arrived at connections that were behind, and were not read in time
	UserStamped uint64 `json:"user_stamped" rows:"messages"`    // reads whose time of arrival is the reader's, as the kernel gave none
	Compared    uint64 `json:"compared" rows:"messages"`        // messages compared with the published ones
	Changed     uint64 `json:"changed"`                         // of those, the ones that differ
	Skipped     uint64 `json:"skipped"`                         // messages over the limit of their target, which were passed over

	TLSHandshakes int `json:"tls_handshakes" rows:"tls"` // that ended well, those that resumed a session included
	TLSResumed    int `json:"tls_resumed" rows:"tls"`    // of these, those that did

	UplinksDue       uint64 `json:"uplinks_due" rows:"uplinks"`             // messages on the schedule of clients that were there
	UplinksSent      uint64 `json:"uplinks_sent" rows:"uplinks"`            // of these, those that a connection took
	UplinksConfirmed uint64 `json:"uplinks_confirmed" rows:"uplinks"`       // of these, those the server has confirmed
	UplinksLost      uint64 `json:"uplinks_lost" rows:"uplinks"`            // of those that were due, the others
	UplinksUnasked   uint64 `json:"uplinks_unasked" rows:"uplinks"`         // repeated confirmations, or those of messages that were not sent
	UplinksWritten   uint64 `json:"uplink_written" rows:"uplinks" unit:"B"` // bytes sent, framing and heads included
	UplinksRead      uint64 `json:"uplink_read" rows:"uplinks" unit:"B"`    // bytes from second connections
	UplinksOpen      int    `json:"uplink_connections" rows:"uplinks"`      // second connections, open now
}

// The kinds of phases that have rows of counts.
const (
	RowsOfClients  = "clients"  // something may happen to connections
	RowsOfMessages = "messages" // the server publishes
	RowsOfTLS      = "tls"      // handshakes of TLS take place
	RowsOfUplinks  = "uplinks"  // clients send
)

// Count is one of the counts.
type Count struct {
	Name, Unit string
	Value      float64
}

// Rows are the counts that samples of phases of a kind have.
func (c Counts) Rows(kind string) iter.Seq[Count] {
	return func(yield func(Count) bool) {
		for f, n := range reflect.ValueOf(c).Fields() {
			if f.Tag.Get("rows") != kind {
				continue
			}
			value := n.Convert(reflect.TypeFor[float64]()).Float()
			if !yield(Count{Name: f.Tag.Get("json"), Unit: cmp.Or(f.Tag.Get("unit"), "1"), Value: value}) {
				return
			}
		}
	}
}

// Add adds the counts of another part of the fleet.
func (c *Counts) Add(other Counts) {
	from := reflect.ValueOf(other)
	for f, n := range reflect.ValueOf(c).Elem().Fields() {
		switch more := from.FieldByIndex(f.Index); {
		case n.CanInt():
			n.SetInt(n.Int() + more.Int())
		case n.CanUint():
			n.SetUint(n.Uint() + more.Uint())
		}
	}
}
