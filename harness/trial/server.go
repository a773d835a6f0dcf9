package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// ServerOptions are the lane-independent settings of a server process.
type ServerOptions struct {
	Lane          string
	Build         string // file of the build of pushbench that serves it; empty: this one
	CPUs          []int
	Heartbeat     time.Duration
	HeartbeatEach bool
	Unacked       time.Duration
	History       int
	Lag           string
	GOMAXPROCS    int           // of each process; 0: Go's choice
	Separate      bool          // messages come from a publisher process
	Identity      wire.Identity // of all its processes
}

// drainTimeout is what a server gives its connections.
const drainTimeout = 5 * time.Second

// program is the server as something to start, on an address or, where that is empty, on any.
func (o ServerOptions) program(address string) (program.Program, error) {
	identity, err := json.Marshal(o.Identity)
	if err != nil {
		return program.Program{}, err
	}
	args := []string{
		"serve", "--child", "--lane", o.Lane, "--heartbeat", o.Heartbeat.String(), "--history", fmt.Sprint(o.History),
		"--lag", o.Lag, "--unacked", o.Unacked.String(), "--drain", drainTimeout.String(), "--identity",
	}
	if o.HeartbeatEach {
		args = append(args, "--heartbeat-timer-each")
	}
	if o.Separate {
		args = append(args, "--publisher", "separate")
	}
	if address != "" {
		args = append(args, "--listen", address)
	}
	p := program.Program{Own: true, Build: o.Build, Announces: true, Command: args, Drain: drainTimeout, Stdin: identity}
	if o.GOMAXPROCS > 0 {
		p.Environment = map[string]string{"GOMAXPROCS": strconv.Itoa(o.GOMAXPROCS)}
	}
	return p, nil
}

// controlled is a process with a control API: a server, or what publishes for one that has none.
type controlled struct {
	*part
	control.Client
}

// startControlled starts one.
func startControlled(ctx context.Context, on node.Node, p program.Program, o node.StartOptions, number int) (*controlled, error) {
	started, err := startPart(ctx, on, p, o, number)
	if err != nil {
		return nil, err
	}
	// A restart gives the part another process.
	over := func(ctx context.Context, r wire.Request) (json.RawMessage, error) { return started.Control(ctx, r) }
	return &controlled{started, control.Client{Over: over}}, nil
}

// ExternalOptions are what a trial decides for a server that is not ours.
type ExternalOptions struct {
	Lane        *scenario.External
	CPUs        []int // of the server
	Load        []int // CPUs of the load, and so of what publishes
	Connections int   // there will be, at most
	Heartbeat   time.Duration
	Patience    time.Duration // how long one answer to publish may take; 0: for ever
}

// external is a server that is not ours, and the process that has its messages published.
type external struct {
	*part
	lane      *scenario.External
	further   []*part // what else belongs to it
	publisher *controlled
	published uint64 // messages so far
}

// StartExternal runs one outside a trial, to measure something else against it.
func StartExternal(ctx context.Context, on node.Node, o ExternalOptions) (Server, error) {
	x, err := startExternal(ctx, on, o)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// startExternal starts the server, or finds it running, and starts what publishes.
func startExternal(ctx context.Context, on node.Node, o ExternalOptions) (x *external, err error) {
	x = &external{lane: o.Lane}
	x.part, err = startPart(ctx, on, o.Lane.Process(drainTimeout), node.StartOptions{
		Label: "server " + o.Lane.Name, Role: program.Server, CPUs: o.CPUs, Connections: o.Connections, Heartbeat: o.Heartbeat,
	}, 1)
	if err != nil {
		return nil, err
	}
	if x.further, err = startFurther(ctx, on, o); err != nil {
		x.kill()
		return nil, err
	}
	publisher, err := o.Lane.Publisher(x.Ready().Program, o.Patience)
	if err == nil {
		x.publisher, err = startPublisher(ctx, on, publisher, o.Load)
	}
	if err != nil {
		x.kill()
		return nil, err
	}
	return x, nil
}

// startFurther finds what else belongs to the server, by the order of the names.
func startFurther(ctx context.Context, on node.Node, o ExternalOptions) (all []*part, err error) {
	programs := o.Lane.Further()
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		one, err := startPart(ctx, on, programs[name], node.StartOptions{
			Label: "process " + name + " of " + o.Lane.Name, Role: program.Server, Name: string(program.Server) + "-" + name,
		}, 0)
		if err != nil {
			killAll(all)
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// startPublisher starts the process that publishes by requests.
func startPublisher(ctx context.Context, on node.Node, p wire.Publisher, cpus []int) (*controlled, error) {
	settings, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	publish := program.Program{Own: true, Announces: true, Command: []string{"publish", "--child"}, Stdin: settings}
	return startControlled(ctx, on, publish, node.StartOptions{Label: "publisher of " + p.Lane, Role: program.Publisher, CPUs: cpus}, 1)
}

// Targets are where the fleet connects: one, which sends no greeting.
func (x *external) Targets() ([]wire.Target, error) {
	return x.lane.Targets(x.Ready().URL, x.Ready().Address, x.Ready().Program, x.published)
}

// Broadcast has messages published on a schedule and returns when the last one has been taken.
func (x *external) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	done, err := x.publisher.Broadcast(ctx, b)
	x.published = max(x.published, done.Through)
	return done, err
}

// Collect does nothing: a garbage collection cannot be forced from outside.
func (*external) Collect(context.Context) error { return nil }

// Cut cannot be had.
func (x *external) Cut(context.Context) error {
	return fmt.Errorf("lane %s cannot be asked to end its connections", x.lane.Name)
}

// Stats cannot be had either.
func (x *external) Stats(context.Context) (wire.Stats, error) {
	return nil, fmt.Errorf("lane %s has no figures of its own", x.lane.Name)
}

// Stop ends the server with all of its processes; the error is of those that did not end in time, or node.ErrStays.
func (x *external) Stop() error {
	ctx := context.Background() // it takes as long as the programs may
	err := errors.Join(x.publisher.Stop(ctx), x.part.Stop(ctx))
	for _, one := range x.further {
		if stopped := one.Stop(ctx); !errors.Is(stopped, node.ErrStays) { // as it should
			err = errors.Join(err, stopped)
		}
	}
	return err
}

func (x *external) parts() []*part {
	return slices.Concat([]*part{x.part}, x.further, []*part{x.publisher.part})
}
