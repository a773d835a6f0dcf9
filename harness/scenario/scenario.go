package scenario

import (
	"math"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// Scenario is one experiment: lanes × workload × phases × repetitions. Every field is within the bounds of schema.json.
type Scenario struct {
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Lanes       []string      `json:"lanes"`       // the first is the baseline of every ratio
	Connections []int         `json:"connections"` // levels of the ramp, ascending
	Ramp        Ramp          `json:"ramp"`
	Servers     int           `json:"servers"` // processes of a lane
	Heartbeat   Heartbeat     `json:"heartbeat"`
	Poll        time.Duration `json:"poll"` // how often a client of short polling asks
	TLS         TLS           `json:"tls"`
	History     int           `json:"history"` // messages the hub keeps
	Lag         string        `json:"lag"`     // LagDisconnect or LagSkip
	Reader      string        `json:"reader"`  // how eager the load is: ReaderCoalesced, ReaderGreedy or ReaderAwake
	Fleet       wire.Profile  `json:"fleet"`   // what its clients do beside reading
	Idle        time.Duration `json:"idle"`    // how long all connections rest; 0: no idle phase
	Warmup      int           `json:"warmup"`  // messages like the first broadcast's, before it, that are not measured
	Broadcasts  []Broadcast   `json:"broadcasts"`
	Uplinks     []Uplinks     `json:"uplinks"`
	Trace       time.Duration `json:"trace"` // how long messages like the first broadcast's are traced; 0: not at all
	Blocks      int           `json:"blocks"`
	Seed        uint64        `json:"seed"`
	Metrics     []string      `json:"metrics"`  // what the report shows; empty: all
	Patience    time.Duration `json:"patience"` // how long a phase may take beyond its schedule before it is an error

	Externals map[string]*External `json:"-"` // those of the lanes that are no part of pushbench, by name

	File   string `json:"-"` // where it was read; of an embedded scenario its name with .yaml
	Source string `json:"-"` // verbatim
}

// Ramp is how connections open: on a schedule that waits for nobody.
type Ramp struct {
	Rate  float64 `json:"rate"`  // connections per second
	Storm bool    `json:"storm"` // all at once instead
}

// PerSecond is the rate of the schedule; 0 for a storm.
func (r Ramp) PerSecond() float64 {
	if r.Storm {
		return 0
	}
	return r.Rate
}

// AtMost is the ramp, slowed down to so many connections per second; 0 is any number. A storm is one all the same.
func (r Ramp) AtMost(perSecond float64) Ramp {
	if perSecond > 0 {
		r.Rate = min(r.Rate, perSecond)
	}
	return r
}

// Duration is how long n connections are scheduled to take.
func (r Ramp) Duration(n int) time.Duration {
	if r.Storm {
		return 0
	}
	return time.Duration(float64(n) / r.Rate * float64(time.Second))
}

// Heartbeat is what a silent connection carries.
type Heartbeat struct {
	Every time.Duration `json:"every"` // 0: none
	Timer string        `json:"timer"` // TimerShared or TimerEach

	Unacked time.Duration `json:"unacked"` // how long a client may leave what it was sent unacknowledged; 0: no limit
}

// TLS is what clients do on lanes that have it.
type TLS struct {
	Resume bool `json:"resume"` // who comes back goes on with its session
}

// Broadcast is one phase of messages to all connections.
type Broadcast struct {
	Name     string        `json:"name"` // of the phase
	Rate     float64       `json:"rate"` // messages per second
	Duration time.Duration `json:"duration"`
	Size     int           `json:"size"`    // of a message in bytes, stamp included
	Payload  string        `json:"payload"` // what it carries: one of wire's

	// What happens a quarter into the phase.
	Stall   time.Duration `json:"stall"`   // the server is stopped this long: a check of the instrument
	Cut     bool          `json:"cut"`     // the server ends every connection
	Silence float64       `json:"silence"` // share of the clients that die without a word

	Uplink Uplink `json:"uplink"` // what clients send meanwhile
}

// EventAfter is how far into the phase its events are.
func (b Broadcast) EventAfter() time.Duration { return b.Duration / 4 }

// Uplink is what each client sends.
type Uplink struct {
	Rate float64 `json:"rate"` // messages per second; 0: none
	Size int     `json:"size"` // of a message in bytes
}

// Uplinks is one phase of messages of all clients.
type Uplinks struct {
	Name     string        `json:"name"` // of the phase
	Rate     float64       `json:"rate"` // messages per second, of each client
	Duration time.Duration `json:"duration"`
	Size     int           `json:"size"` // of a message in bytes
}

// Count is the number of messages of each client.
func (u Uplinks) Count() int { return count(u.Rate, u.Duration) }

// Sent is what clients send while the broadcast goes on. False: nothing.
func (b Broadcast) Sent() (Uplinks, bool) {
	return Uplinks{Name: b.Name, Rate: b.Uplink.Rate, Duration: b.Duration, Size: b.Uplink.Size}, b.Uplink.Rate > 0
}

// TwoWay reports whether clients send anything at all.
func (s *Scenario) TwoWay() bool {
	return len(s.Uplinks) > 0 || slices.ContainsFunc(s.Broadcasts, func(b Broadcast) bool { return b.Uplink.Rate > 0 })
}

// LargestSize is that of its broadcasts' messages, in bytes.
func (s *Scenario) LargestSize() (n int) {
	for _, b := range s.Broadcasts {
		n = max(n, b.Size)
	}
	return n
}

// Sockets is how many connections a lane may have to hold: clients that send may need two each.
func (s *Scenario) Sockets() int {
	if s.TwoWay() {
		return 2 * s.MaxConnections()
	}
	return s.MaxConnections()
}

// What the hub does with a subscriber that has fallen behind its history.
const (
	LagDisconnect = "disconnect"
	LagSkip       = "skip"
)

// How eager the load reads; on loopback the server pays for waking it.
const (
	ReaderCoalesced = "coalesced" // rests after a wake-up, then drains
	ReaderGreedy    = "greedy"    // reads at once, then sleeps
	ReaderAwake     = "awake"     // never sleeps
)

// Who wakes a silent connection.
const (
	TimerShared = "shared" // one ticker of the hub
	TimerEach   = "each"   // a timer per connection
)

// Count is the number of messages of the phase.
func (b Broadcast) Count() int { return count(b.Rate, b.Duration) }

func count(rate float64, d time.Duration) int {
	// A product such as 0.1/s × 30s must not lose its last message to binary fractions.
	return int(math.Floor(rate*d.Seconds() + 1e-6))
}

// Traced is the phase that is traced: messages like those of the first broadcast, and nothing else happens. False: none is.
func (s *Scenario) Traced() (Broadcast, bool) {
	if s.Trace == 0 || len(s.Broadcasts) == 0 {
		return Broadcast{}, false
	}
	return s.like(s.Trace), true
}

// Warming is what goes before the first broadcast: messages like its own, and nothing else happens. False: none are.
func (s *Scenario) Warming() (Broadcast, bool) {
	if s.Warmup == 0 || len(s.Broadcasts) == 0 {
		return Broadcast{}, false
	}
	return s.like(lasting(s.Warmup, s.Broadcasts[0].Rate)), true
}

// lasting is how long n messages take.
func lasting(n int, rate float64) time.Duration {
	return time.Duration(math.Ceil(float64(n) / rate * float64(time.Second))) // rounded up: count must find all of them
}

// like is the first broadcast for so long, without what happens in it.
func (s *Scenario) like(d time.Duration) Broadcast {
	first := s.Broadcasts[0]
	return Broadcast{Rate: first.Rate, Duration: d, Size: first.Size, Payload: first.Payload}
}

// MaxConnections is the last level of the ramp.
func (s *Scenario) MaxConnections() int { return slices.Max(s.Connections) }

// Duration is the scheduled time of one trial, without the work between phases.
func (s *Scenario) Duration() time.Duration {
	warming, _ := s.Warming()
	d := s.Ramp.Duration(s.MaxConnections()) + s.Idle + warming.Duration + s.Trace
	for _, b := range s.Broadcasts {
		d += b.Duration
	}
	for _, u := range s.Uplinks {
		d += u.Duration
	}
	return d
}
