// Package node is a host where processes run and are probed. Everything that must be where a process runs is here and below:
// starting and ending it (process), what it is (program), what it costs (probe), what the kernel counts of it (trace) and what
// the machine is (machine).
//
// The coordinator (harness/trial) forks nothing and reads no /proc: it asks a Node. Local is the node of this process; Join reaches
// that of another machine, where `pushbench node` serves the same Local behind NATS requests. Every value that crosses this line is
// JSON: no closure, no path and no open file does.
package node

import (
	"context"
	"encoding/json"
	"net/netip"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Node is a host where processes run.
type Node interface {
	Name() string
	// Describe describes the machine, and lists which processes of killed runs are still there.
	Describe(ctx context.Context) (Description, error)
	// Observe watches the machine for a second, while nothing is measured.
	Observe(ctx context.Context) ([]machine.Finding, error)
	// Start runs a program, or finds one that runs already, and returns when it is ready.
	Start(ctx context.Context, p program.Program, o StartOptions) (Process, error)
	// Read reads the probes of processes that were started here, and of the host.
	Read(ctx context.Context, q Question) (Snapshot, error)
	// Trace has the kernel watch processes; it begins with Tracer.Start.
	Trace(ctx context.Context, processes []string, frame int) (Tracer, error)
	// Neighbours are other processes that were busy since the question before; after the first there is no answer.
	Neighbours(ctx context.Context) (Neighbours, error)
}

// Process is a program that was started on a node.
type Process interface {
	// Ready is what it reported when it became ready.
	Ready() Ready
	// Control hands a request to the control API of the process: see control.Over.
	Control(ctx context.Context, r wire.Request) (json.RawMessage, error)
	// Serving are the processes with connections of its subscribers. Others than its own are an error.
	Serving(ctx context.Context) (Serving, error)
	// Pause stops all of its processes with SIGSTOP and lets them continue after d, or when ctx ends.
	Pause(ctx context.Context, d time.Duration) error
	// Stop asks it to end and waits. The error is a process.LateError when it had to be killed, and ErrStays when it runs on
	// because it was not started here.
	Stop(ctx context.Context) error
	// Kill ends it at once. It does nothing to a process that has ended.
	Kill(ctx context.Context) error
	// Exited gets the reason when the process ends unasked, and is closed when it has ended.
	Exited() <-chan error
}

// Tracer is a watch of the kernel that is loaded and has not begun.
type Tracer interface {
	Start(ctx context.Context) error
	// Stop ends the watch and frees it; without Start it only does the latter.
	Stop(ctx context.Context) (trace.Counts, error)
}

// StartOptions are what a trial decides about a process.
type StartOptions struct {
	Name  string       `json:"name"`  // unique on its node while it runs: the column process
	Label string       `json:"label"` // in errors: server sse-gin
	Role  program.Role `json:"role"`
	CPUs  []int        `json:"cpus"` // empty: all

	// Of a server, for its templates.
	Connections int           `json:"connections,omitempty"`
	Heartbeat   time.Duration `json:"heartbeat,omitempty"`

	// Of a proxy, for its templates.
	Upstream string        `json:"upstream,omitempty"` // HOST:PORT where it leads
	Silence  time.Duration `json:"silence,omitempty"`  // it allows; 0: what its file has
	Front    program.Front `json:"front,omitempty"`

	Behind string `json:"behind,omitempty"` // name of the link in whose network namespace the process runs; empty: the node's
}

// Ready is a process that accepts what it is there for.
type Ready struct {
	wire.Ready
	Program program.Rendered `json:"program"` // templates with their values
	Address netip.AddrPort   `json:"at"`      // its subscribers connect to; invalid: none, or a name instead of a number
	Before  int              `json:"before"`  // connections of others there, of a server that was not started here
}

// Moment is when probes are read.
type Moment string

// The moments. The order in which probes are read keeps their own cost out of a phase: see probe.Probes.
const (
	Before Moment = "before"  // a phase: CPU is read last
	After  Moment = "after"   // a phase: CPU is read first
	AtRest Moment = "at rest" // nothing happens: what all processes hold
)

// Question is what Read reads.
type Question struct {
	Moment    Moment   `json:"moment"`
	Processes []string `json:"processes"` // their names, the measured ones first
	Level     bool     `json:"level"`     // what only a level of connections changes is wanted, too
	Only      []string `json:"only"`      // sources; empty: all
}

// Host is the name of the process that stands for the whole machine, and Self of the node's own process.
const (
	Host = results.ProcessHost
	Self = "node"
)

// Reading is one value of a process. A counter only grows; a trial records its growth over a phase instead of its value.
type Reading struct {
	Process string `json:"process"`
	probe.Sourced
}

// Snapshot is what one Read gave.
type Snapshot struct {
	Readings []Reading        `json:"readings"`
	Running  map[string]State `json:"running"` // by name
	Group    GroupState       `json:"group"`   // the node's own control group
}

// State is of which processes the readings of one name are.
type State struct {
	PIDs     []int `json:"pids"`
	OwnQuota bool  `json:"own_quota"` // they are bound by another CPU quota than the node; known after a phase
}

// GroupState is what the node's control group has done to its processes so far.
type GroupState struct {
	Throttled probe.Throttling `json:"throttled"`
	Kills     probe.OOMKills   `json:"kills"`
}

// Serving are the processes with connections of subscribers.
type Serving struct {
	Measured []results.Process `json:"measured"`
	Behind   []probe.Owner     `json:"behind"` // whom the measured processes are connected to themselves, those with most first
	Within   string            `json:"within"` // bounds of their control group, where it is another than the node's
	Unseen   string            `json:"unseen"` // why no process is known
}

// Neighbours are busy processes that are not part of the trial.
type Neighbours struct {
	Busy []machine.Usage `json:"busy"` // the busiest first
	Took time.Duration   `json:"took"`
}

// Description is a machine as evidence for numbers.
type Description struct {
	Limits      machine.Limits      `json:"limits"`
	Division    machine.Division    `json:"division"` // of its CPUs
	Environment results.Environment `json:"environment"`
	Tracing     string              `json:"tracing"` // why the kernel cannot be asked to watch; empty: it can
	Left        []results.Warning   `json:"left"`    // about processes that killed runs have left
}
