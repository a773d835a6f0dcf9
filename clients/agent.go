package clients

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// AgentConfig says which bus to join and under which name.
type AgentConfig struct {
	URL   string
	Token string
	Name  string
	Fleet fleet.Options
}

// RunAgent joins the bus, answers commands until it is told to stop, ctx ends or the bus is lost, and closes its connections.
func RunAgent(ctx context.Context, c AgentConfig) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	bus, err := wire.JoinBus(c.URL, c.Token, "agent "+c.Name, cancel)
	if err != nil {
		return err
	}
	defer bus.Close()
	if err := c.Fleet.Check(); err != nil {
		return err
	}
	a := &agent{name: c.Name, options: c.Fleet, done: cancel}
	if err := a.serve(ctx, bus); err != nil {
		return err
	}
	<-ctx.Done()
	stopping, stop := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer stop()
	if f := a.load(); f != nil {
		f.Stop(stopping)
	}
	a.commands.Wait()
	_ = bus.FlushTimeout(time.Second)                                                     // the answer to stop
	if cause := context.Cause(ctx); cause != context.Canceled && cause != errToldToStop { //nolint:errorlint // bare values of this package and the standard library
		return cause
	}
	return nil
}

// stopTimeout bounds how long servers may take to answer the end of their connections.
const stopTimeout = 5 * time.Second

var errToldToStop = fmt.Errorf("told to stop")

// agent answers commands on its subjects.
type agent struct {
	name     string
	options  fleet.Options
	done     context.CancelCauseFunc
	commands sync.WaitGroup

	mu    sync.Mutex
	fleet *fleet.Fleet // nil before the first ramp: its engine depends on where that leads
}

var errNoFleet = errors.New("there is no load before the first ramp")

func (a *agent) load() *fleet.Fleet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fleet
}

// loadFor returns the fleet, and makes it for the targets of the first ramp.
func (a *agent) loadFor(t wire.Target) (*fleet.Fleet, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fleet != nil {
		return a.fleet, nil
	}
	client, err := ClientOf(t)
	if err != nil {
		return nil, err
	}
	a.fleet, err = fleet.New(a.options, client)
	return a.fleet, err
}

// serve answers every command on a goroutine of its own: a ramp must not keep a stop waiting.
func (a *agent) serve(ctx context.Context, bus *nats.Conn) error {
	err := errors.Join(
		serve(ctx, a, bus, wire.VerbHello, a.hello),
		serve(ctx, a, bus, wire.VerbRamp, a.ramp),
		serve(ctx, a, bus, wire.VerbProfile, loaded(a, unanswered((*fleet.Fleet).Profile))),
		serve(ctx, a, bus, wire.VerbBlackhole, loaded(a, unanswered((*fleet.Fleet).Blackhole))),
		serve(ctx, a, bus, wire.VerbExpect, loaded(a, unanswered((*fleet.Fleet).Expect))),
		serve(ctx, a, bus, wire.VerbOpenUplinks, loaded(a, unanswered((*fleet.Fleet).OpenUplinks))),
		serve(ctx, a, bus, wire.VerbCloseUplinks, loaded(a, unanswered((*fleet.Fleet).CloseUplinks))),
		serve(ctx, a, bus, wire.VerbSend, loaded(a, unanswered((*fleet.Fleet).Send))),
		serve(ctx, a, bus, wire.VerbCollect, loaded(a, (*fleet.Fleet).Collect)),
		serve(ctx, a, bus, wire.VerbStop, a.stop),
	)
	if err != nil {
		return err
	}
	return bus.Flush()
}

func serve[Request, Response any](ctx context.Context, a *agent, bus *nats.Conn, verb wire.Verb[Request, Response],
	do func(context.Context, Request) (Response, error),
) error {
	return wire.Serve(bus, wire.AgentSubject(a.name), verb, a.commands.Go, func(r Request) (Response, error) { return do(ctx, r) })
}

// loaded is a command to the fleet.
func loaded[Request, Response any](a *agent, do func(*fleet.Fleet, context.Context, Request) (Response, error)) func(context.Context, Request) (Response, error) {
	return func(ctx context.Context, r Request) (Response, error) {
		f := a.load()
		if f == nil {
			var none Response
			return none, errNoFleet
		}
		return do(f, ctx, r)
	}
}

// unanswered makes a command of a method that returns no value.
func unanswered[Request any](do func(*fleet.Fleet, context.Context, Request) error) func(*fleet.Fleet, context.Context, Request) (wire.Nothing, error) {
	return func(f *fleet.Fleet, ctx context.Context, r Request) (none wire.Nothing, err error) {
		return none, do(f, ctx, r)
	}
}

func (a *agent) hello(context.Context, wire.Nothing) (wire.Hello, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return wire.Hello{}, fmt.Errorf("read the limit of descriptors: %w", err)
	}
	return wire.Hello{Agent: a.name, PID: os.Getpid(), Limit: limit.Cur}, nil
}

func (a *agent) ramp(ctx context.Context, r wire.Ramp) (none wire.Nothing, err error) {
	if err := r.Check(); err != nil {
		return none, err
	}
	f, err := a.loadFor(r.Targets[0])
	if err != nil {
		return none, err
	}
	return none, f.Ramp(ctx, r)
}

func (a *agent) stop(context.Context, wire.Nothing) (none wire.Nothing, err error) {
	a.done(errToldToStop)
	return none, nil
}
