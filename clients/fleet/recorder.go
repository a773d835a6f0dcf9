package fleet

import (
	"math"
	"sync"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// Metrics of the histograms a fleet records, in ns.
const (
	connectLateness = "connect_lateness" // begin of the connect minus its schedule: the generator's own delay
	tcpConnect      = "tcp_connect"
	tlsHandshake    = "tls_handshake"  // connected to the end of a full TLS handshake
	tlsResumption   = "tls_resumption" // the same of one that resumed a session
	responseHead    = "response_head"  // connected, with TLS where there is TLS, to response head
	firstMessage    = "first_message"  // response head to greeting
	handshake       = "handshake"      // scheduled begin to greeting
	reconnectTime   = "reconnect_time" // end of a connection to the confirmed resumption
	silenceAtEnd    = "silence_at_end" // last byte of a connection to its end, which was not the client's doing
	deliveryLatency = "delivery_latency"
	generatorDelay  = "generator_delay" // kernel receive stamp to decoding, for each read: the generator's own delay
	uplinkLateness  = "uplink_lateness" // when a client came to send minus its schedule: the generator's own delay
	uplinkRoundTrip = "uplink_round_trip"
)

// recorder holds the figures of one shard of the connections.
type recorder struct {
	number     int // of the shard
	fleet      *Fleet
	mu         sync.Mutex
	histograms map[string]*hdrhistogram.Histogram

	external *wire.External // nil: the servers are ours

	mark   wire.Mark // of the trial's stamps
	marked bool      // it is known: before, any will do
	every  float64   // ns between two messages; 0: not known

	wire.Counts
	errors   map[string]int
	ends     map[string]int
	notes    map[string]int     // what servers did that no figure shows, and how often
	absences map[*conn]*absence // of clients that lack messages, or came back to a connection of which is not known yet whether it carries any
	evidence evidence           // of a server that is not ours

	base    uint64 // sequence number before the first of spreads
	counted uint64 // messages up to here belong to an earlier report
	spreads []wire.Spread

	uplinks   map[uint32]*uplink // by the number of the client
	lastBytes map[uint32]int64   // when bytes came last, by the number of the client; nil: nobody asks
	pinging   map[uint32]bool    // clients that send pings, by their numbers
	unacked   int                // messages of clients that were due and are neither confirmed nor lost

	awaited uint64 // connections that have seen this message no longer count as behind
	behind  int
	caught  func() // called when behind comes down to 0

	holding map[*conn]int // bytes of the clients that are in the middle of a long message

	current   *conn // whose bytes are being decoded, and when they arrived
	now       int64
	waited    int64                // those bytes, for this process
	malformed bool                 // a payload of theirs came without a stamp
	emit      func(payload []byte) // hands a payload to current: one closure a shard instead of one a connection
}

func newRecorder(number int, f *Fleet) *recorder {
	r := &recorder{number: number, fleet: f}
	r.emit = func(payload []byte) { r.current.deliver(r, payload) }
	r.histograms = map[string]*hdrhistogram.Histogram{}
	r.uplinks = map[uint32]*uplink{}
	r.pinging = map[uint32]bool{}
	r.holding = map[*conn]int{}
	r.waited = unknown
	r.absences = map[*conn]*absence{}
	r.reset()
	return r
}

// reset begins a new report.
func (r *recorder) reset() {
	for _, h := range r.histograms {
		if h.TotalCount() > 0 {
			h.Reset() // and keep: their 250 kB each are not to be allocated and faulted in anew while something is measured
		}
	}
	if r.Received > 0 { // else it explains the next report as well: what came first may be why nothing follows
		r.evidence.reset()
	}
	r.errors, r.ends, r.notes = map[string]int{}, map[string]int{}, map[string]int{}
	r.Counts = wire.Counts{}
	r.forgetLost()
	r.spreads = r.spreads[:0]
	r.base = r.counted
}

// note counts a text; the recorder is locked.
func (r *recorder) note(text string) { wire.Notes().Count(r.notes, text, 1) }

// record adds one value in ns; the recorder is locked.
func (r *recorder) record(metric string, nanos int64) {
	h := r.histograms[metric]
	if h == nil {
		h = wire.NewHistogram()
		h.Reset() // writes all of it: page by page it would be faulted in by the values to come
		r.histograms[metric] = h
	}
	wire.Record(h, nanos)
}

// arrival notes whose bytes are being decoded, and when they arrived: by the kernel's stamp where there is one.
func (r *recorder) arrival(c *conn, stamp int64) {
	now := wire.Now()
	switch {
	case stamp == 0, stamp > now: // none, or the real time was set back since
		stamp = now
		r.UserStamped++
	case !c.slow: // whose delay is its own
		r.waited = now - stamp
	}
	r.current, r.now = c, stamp
}

// decoded notes how long what has been decoded had waited. Bytes that are passed over are no message's: they may come faster
// than anybody reads.
func (r *recorder) decoded(c *conn) {
	waited := r.waited
	r.waited = unknown
	if s, ok := c.decoder.(interface{ Skipping() bool }); waited != unknown && (!ok || !s.Skipping()) {
		r.record(generatorDelay, waited)
	}
}

// unknown is how long something waited of which the kernel did not say when it came.
const unknown = math.MinInt64

// message takes one message that c received now.
func (r *recorder) message(c *conn, stamp wire.Stamp) {
	if c.slow {
		r.SlowReceived++
		return
	}
	if c.audit.highest == notBegun {
		if stamp.Seq <= c.audit.behind() {
			r.Replayed++
			return
		}
		c.audit.begin(stamp.Seq - 1)
	}
	before := c.audit.highest
	switch c.audit.note(stamp.Seq) {
	case repeated:
		r.repeat(c, stamp)
		return
	case outOfReach:
		r.reordered()
		return
	case late:
		r.reordered()
		r.found(c, stamp.Seq)
	case inOrder:
		if stamp.Seq > before+1 || len(r.absences) > 0 {
			r.newer(c, before, stamp)
		}
	}
	if newest := &r.fleet.newest; r.external != nil && stamp.Seq > newest.Load() {
		newest.Store(stamp.Seq) // of two at once either will do: both have just come
	}
	if before < r.awaited && c.audit.highest >= r.awaited {
		r.caughtUp()
	}
	if stamp.Seq <= r.counted {
		return // its report is closed and says lost
	}
	r.Received++
	latency := r.now - stamp.Intended
	r.record(deliveryLatency, latency)
	r.spread(stamp.Seq, latency)
}

// reordered counts a message that arrived behind a later one, on the side that has the order.
func (r *recorder) reordered() {
	if r.external != nil && r.external.Overlap {
		r.Overtaken++
		return
	}
	r.Reordered++
}

// spread widens the latencies of a message by one more.
func (r *recorder) spread(seq uint64, latency int64) {
	if len(r.spreads) == 0 && r.base < seq-1 {
		r.base = seq - 1 // messages before the fleet joined
	}
	if seq <= r.base || seq-r.base > wire.MaxCount {
		return
	}
	for uint64(len(r.spreads)) < seq-r.base {
		r.spreads = append(r.spreads, wire.Spread{Seq: r.base + uint64(len(r.spreads)) + 1})
	}
	s := &r.spreads[seq-r.base-1]
	latency = max(latency, 1) // 0 stands for none
	if s.First == 0 || latency < s.First {
		s.First = latency
	}
	s.Last = max(s.Last, latency)
	s.Count++
}

// left takes a client that ended: it will never catch up.
func (r *recorder) left(c *conn) {
	if c.greeted && c.audit.highest < r.awaited {
		r.caughtUp()
	}
}

// joined takes a client that subscribed while others are waited for.
func (r *recorder) joined(c *conn) {
	if c.audit.highest < r.awaited {
		r.behind++
	}
}

func (r *recorder) caughtUp() {
	if r.behind--; r.behind == 0 && r.caught != nil {
		r.caught()
		r.caught = nil
	}
}
