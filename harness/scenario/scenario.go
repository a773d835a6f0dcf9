package scenario

import (
	"iter"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Scenario is one experiment: lanes × levels × phases × repetitions. The tags are the rules of its file, which the schema is made of.
type Scenario struct {
	Name        string   `json:"name" jsonschema_description:"Name of the scenario in folders, tables and charts. Default: the file's name without .yaml." jsonschema_extras:"$ref=#/$defs/name"`
	Description string   `json:"description" jsonschema_description:"What the experiment is after, for people. Default: empty." jsonschema_extras:"default="`
	Lanes       []string `json:"lanes" jsonschema:"required,minItems=1,uniqueItems=true" jsonschema_description:"The contestants, at least one: names, or lane files of your own, which end in .yaml and are looked for from the scenario's folder on; each with options if need be, as in sse-gin+tls. The first is the baseline of every ratio. Required."`

	Phases    []Phase       `json:"phases" jsonschema:"required,minItems=1" jsonschema_description:"What a trial does, in this order; the first phases are ramps. Each item has one key, the kind of the phase, and the events that happen inside it. Required."`
	Path      Path          `json:"path"`
	Proxy     ProxyOptions  `json:"proxy" jsonschema_description:"What is set for all proxies of the path."`
	Servers   int           `json:"servers" jsonschema:"minimum=1,maximum=64,default=1" jsonschema_description:"Server processes of a lane that share its connections, each with a hub of its own; figures of the server are their sums. For more connections than one process has descriptors. Unit: processes. Default: 1."`
	Publisher string        `json:"publisher" jsonschema:"enum=server,enum=separate,default=server" jsonschema_description:"What numbers and publishes the messages. server: each server process, as an application would; separate: a process of its own beside the load, as for lanes that are no part of pushbench, so that messages outlive a server that restarts. Default: server."`
	Fleet     wire.Profile  `json:"fleet" jsonschema_description:"What clients do beside reading, from the end of the last ramp on."`
	Heartbeat Heartbeat     `json:"heartbeat" jsonschema_description:"What a silent connection carries."`
	Poll      time.Duration `json:"poll" jsonschema_description:"How often a client of short polling asks, 10ms to 24h. Unit: a duration. Default: 1s." jsonschema_extras:"default=1s,least=10ms"`
	TLS       TLS           `json:"tls" jsonschema_description:"What clients do on lanes with TLS."`
	History   int           `json:"history" jsonschema:"minimum=1,maximum=1048576,default=1024" jsonschema_description:"Size of the hub's ring: how many messages a subscriber may fall behind or resume over. Unit: messages. Default: 1024."`
	Lag       string        `json:"lag" jsonschema:"enum=disconnect,enum=skip,default=disconnect" jsonschema_description:"What becomes of a subscriber the ring has overtaken: it is cut, or goes on with the oldest message still known. Default: disconnect."`
	Reader    string        `json:"reader" jsonschema:"enum=batched,enum=eager,enum=busy-poll,default=batched" jsonschema_description:"How eager the load reads, the same for all lanes. On loopback the server pays for waking a reader. batched: rests after a wake-up, then drains; eager: reads at once; busy-poll: never sleeps. Default: batched."`

	GOMAXPROCS int `json:"gomaxprocs" jsonschema:"minimum=0,maximum=1024,default=0" jsonschema_description:"How many threads of each server process run Go code at once: GOMAXPROCS in its environment. Threads beyond its CPUs share them. Lanes that are no part of pushbench set it in their files. 0: Go's choice, one for each of its CPUs. Unit: threads. Default: 0."`

	Vary *Vary `json:"vary,omitempty"` // nil: nothing varies; else this is the scenario at the first level

	Blocks   int           `json:"blocks" jsonschema:"minimum=1,maximum=1000,default=6" jsonschema_description:"Repetitions: a block is one trial of every lane, at every level, in shuffled order. Intervals need 6. Unit: blocks. Default: 6."`
	Seed     uint64        `json:"seed" jsonschema:"minimum=0,maximum=9007199254740991,default=1" jsonschema_description:"Decides the order of the lanes in each block, and what payloads hold. Default: 1."`
	Metrics  []string      `json:"metrics" jsonschema:"uniqueItems=true" jsonschema_description:"The figures the report shows. Default: all."`
	Patience time.Duration `json:"patience" jsonschema_description:"How long a phase may take beyond its schedule before it is an error, 100ms to 24h. Unit: a duration. Default: 30s." jsonschema_extras:"default=30s,least=100ms"`

	Externals map[string]*External `json:"-"` // those of the lanes that are no part of pushbench, by name
	Link      *Link                `json:"-"` // of the path; nil: clients are on loopback
	Proxies   []*Proxy             `json:"-"` // of the path, from the clients on

	File   string `json:"-"` // where it was read; of an embedded scenario its name with .yaml
	Source string `json:"-"` // verbatim

	Override      []string              `json:"-"` // lanes in place of the source's; none: those of the source
	PhaseOverride results.PhaseOverride `json:"-"` // values in place of those of the source's phases
}

// Heartbeat is what a silent connection carries. Below 10ms its timers are the load.
type Heartbeat struct {
	Every   time.Duration `json:"every" jsonschema_description:"Longest silence before a heartbeat: 0 for none, or 10ms to 24h. Unit: a duration. Default: 15s." jsonschema_extras:"default=15s,least=10ms,orZero=true"`
	Timer   string        `json:"timer" jsonschema:"enum=shared,enum=each,default=shared" jsonschema_description:"shared: one ticker of the hub wakes all connections; each: a timer per connection. Default: shared."`
	Unacked time.Duration `json:"unacked" jsonschema_description:"How long a client may leave what it was sent unacknowledged before the server gives it up (TCP_USER_TIMEOUT), 10ms to 24h; 0: as long as the system lets it. Unit: a duration. Default: 20s." jsonschema_extras:"default=20s,least=10ms,orZero=true"`
}

// ProxyOptions are set for all proxies of a path.
type ProxyOptions struct {
	Idle time.Duration `json:"idle" jsonschema_description:"How long a proxy lets a connection be silent, in place of the minute or so of its configuration, so that a cut is seen in seconds: of proxies whose file has {{.Idle}}. 1s to 24h; 0: as the file has it. Unit: a duration. Default: 0s." jsonschema_extras:"default=0s,least=1s,orZero=true"`
}

// TLS is what clients do on lanes that have it.
type TLS struct {
	Resume bool `json:"resume" jsonschema:"default=true" jsonschema_description:"A client that comes back goes on with its TLS session, as browsers do: its handshake needs no certificate. The first handshake of a client is always a full one. Default: true."`
}

// What the hub does with a subscriber that has fallen behind its history.
const (
	LagDisconnect = "disconnect"
	LagSkip       = "skip"
)

// How eager the load reads; on loopback the server pays for waking it.
const (
	ReaderBatched  = "batched"   // rests after a wake-up, then drains
	ReaderEager    = "eager"     // reads at once, then sleeps
	ReaderBusyPoll = "busy-poll" // never sleeps
)

// What publishes the messages of servers of ours.
const (
	PublisherServer   = "server"
	PublisherSeparate = "separate"
)

// Who wakes a silent connection.
const (
	TimerShared = "shared" // one ticker of the hub
	TimerEach   = "each"   // a timer per connection
)

// TwoWay reports whether clients send anything at all.
func (s *Scenario) TwoWay() bool {
	for p := range s.everyPhase() {
		if p.Work.Demand().Sends {
			return true
		}
	}
	return false
}

// Broadcasts are the names of the phases in which every connection gets every message, in order, and what their messages carry.
func (s *Scenario) Broadcasts() (names []string, traffic map[string]Traffic) {
	traffic = map[string]Traffic{}
	for _, p := range s.Phases {
		if b := p.Work.Demand().Broadcast; b != nil {
			names, traffic[p.Name] = append(names, p.Name), *b
		}
	}
	return names, traffic
}

// LargestSize is that of its broadcasts' messages, in bytes.
func (s *Scenario) LargestSize() (n int) {
	for p := range s.everyPhase() {
		if b := p.Work.Demand().Broadcast; b != nil {
			n = max(n, b.Size)
		}
	}
	return n
}

// MaxConnections is where the last ramp ends, at the level with the most.
func (s *Scenario) MaxConnections() (n int) {
	for p := range s.everyPhase() {
		n = max(n, p.Work.Demand().Connections)
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

// Duration is the scheduled time of one trial, without the work between phases; the mean over all levels.
func (s *Scenario) Duration() (d time.Duration) {
	for p := range s.everyPhase() {
		d += p.Duration()
	}
	return d / time.Duration(len(s.Variants()))
}

// everyPhase are its phases at every level.
func (s *Scenario) everyPhase() iter.Seq[Phase] {
	return func(yield func(Phase) bool) {
		for _, v := range s.Variants() {
			for _, p := range v.Phases {
				if !yield(p) {
					return
				}
			}
		}
	}
}
