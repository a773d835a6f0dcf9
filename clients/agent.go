package clients

import (
	"context"
	"encoding/json"
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

// RunAgent joins the bus, obeys until it is told to stop, ctx ends or the bus is lost, and closes its connections.
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
	if err := a.obey(ctx, bus); err != nil {
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
	fleet *fleet.Fleet // nil before the first ramp has said where it leads, on which its engine depends
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

// obey subscribes to every command. Each runs on a goroutine of its own: a ramp must not keep a stop waiting.
func (a *agent) obey(ctx context.Context, bus *nats.Conn) error {
	for verb, command := range map[string]func(context.Context, []byte) (wire.Reply, error){
		wire.VerbHello:   a.hello,
		wire.VerbRamp:    a.ramp,
		wire.VerbBehave:  a.behave,
		wire.VerbExpect:  a.expect,
		wire.VerbBeside:  a.beside,
		wire.VerbSend:    a.send,
		wire.VerbCollect: a.collect,
		wire.VerbStop:    a.stop,
	} {
		_, err := bus.Subscribe(wire.AgentSubject(a.name, verb), func(m *nats.Msg) {
			a.commands.Go(func() {
				reply, err := command(ctx, m.Data)
				if err != nil {
					reply = wire.Reply{Error: err.Error()}
				}
				if data, err := json.Marshal(reply); err == nil {
					_ = m.Respond(data) // the bus reports its own loss
				}
			})
		})
		if err != nil {
			return fmt.Errorf("subscribe to %s: %w", verb, err)
		}
	}
	return bus.Flush()
}

func (a *agent) hello(context.Context, []byte) (wire.Reply, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return wire.Reply{}, fmt.Errorf("read the limit of descriptors: %w", err)
	}
	return wire.Reply{Hello: &wire.Hello{Agent: a.name, PID: os.Getpid(), Limit: limit.Cur}}, nil
}

func (a *agent) ramp(ctx context.Context, data []byte) (wire.Reply, error) {
	var req wire.Ramp
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("ramp: %w", err)
	}
	if err := req.Check(); err != nil {
		return wire.Reply{}, err
	}
	f, err := a.loadFor(req.Targets[0])
	if err != nil {
		return wire.Reply{}, fmt.Errorf("ramp: %w", err)
	}
	return wire.Reply{}, f.Ramp(ctx, req)
}

func (a *agent) behave(_ context.Context, data []byte) (wire.Reply, error) {
	var req wire.Behave
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("behave: %w", err)
	}
	f := a.load()
	if f == nil {
		return wire.Reply{}, fmt.Errorf("behave: %w", errNoFleet)
	}
	f.Behave(req)
	return wire.Reply{}, nil
}

func (a *agent) expect(_ context.Context, data []byte) (wire.Reply, error) {
	var req wire.Expect
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("expect: %w", err)
	}
	f := a.load()
	if f == nil {
		return wire.Reply{}, fmt.Errorf("expect: %w", errNoFleet)
	}
	return wire.Reply{}, f.Expect(req)
}

func (a *agent) beside(ctx context.Context, data []byte) (wire.Reply, error) {
	var req wire.Beside
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("beside: %w", err)
	}
	f := a.load()
	if f == nil {
		return wire.Reply{}, fmt.Errorf("beside: %w", errNoFleet)
	}
	return wire.Reply{}, f.Beside(ctx, req)
}

func (a *agent) send(ctx context.Context, data []byte) (wire.Reply, error) {
	var req wire.Send
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("send: %w", err)
	}
	f := a.load()
	if f == nil {
		return wire.Reply{}, fmt.Errorf("send: %w", errNoFleet)
	}
	return wire.Reply{}, f.Send(ctx, req)
}

func (a *agent) collect(ctx context.Context, data []byte) (wire.Reply, error) {
	var req wire.Collect
	if err := json.Unmarshal(data, &req); err != nil {
		return wire.Reply{}, fmt.Errorf("collect: %w", err)
	}
	f := a.load()
	if f == nil {
		return wire.Reply{}, fmt.Errorf("collect: %w", errNoFleet)
	}
	report, err := f.Collect(ctx, req)
	return wire.Reply{Report: &report}, err
}

func (a *agent) stop(context.Context, []byte) (wire.Reply, error) {
	a.done(errToldToStop)
	return wire.Reply{}, nil
}
