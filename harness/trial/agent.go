package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/internal/wire"
)

// agent is one load process, reached over the bus.
type agent struct {
	*process
	name  string
	bus   *Bus
	hello wire.Hello
}

// AgentOptions are the settings of an agent process.
type AgentOptions struct {
	Name   string
	CPUs   []int
	Engine string
	Reader string
}

// engineEpoll is the engine of an agent that has event loops.
const engineEpoll = "epoll"

const (
	helloTimeout = 15 * time.Second
	helloPause   = 5 * time.Millisecond // between questions: nats answers "no responders" at once
	stopTimeout  = 10 * time.Second
)

// startAgent runs an agent as a child and waits until it has joined.
func startAgent(ctx context.Context, bus *Bus, o AgentOptions) (*agent, error) {
	p, err := startProcess("agent "+o.Name, o.CPUs, io.Discard, []string{wire.BusVariable + "=" + bus.URL, wire.TokenVariable + "=" + bus.Token},
		"agent", "--child", "--name", o.Name, "--engine", o.Engine, "--reader", o.Reader)
	if err != nil {
		return nil, err
	}
	a := &agent{process: p, name: o.Name, bus: bus}
	if err := a.joined(ctx); err != nil {
		p.kill()
		return nil, err
	}
	return a, nil
}

// joined asks for a hello until the agent answers.
func (a *agent) joined(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	for {
		reply, err := a.ask(ctx, wire.VerbHello, nil)
		if err == nil && reply.Hello == nil {
			err = fmt.Errorf("%s answered without a hello", a.process.name)
		}
		if err == nil {
			a.hello = *reply.Hello
		}
		if !errors.Is(err, nats.ErrNoResponders) {
			return err
		}
		select {
		case <-time.After(helloPause):
		case <-a.exited:
			return a.death()
		case <-ctx.Done():
			return fmt.Errorf("%s did not join within %v", a.process.name, helloTimeout)
		}
	}
}

// report returns what was recorded since the last report, once every connection has seen message through.
func (a *agent) report(ctx context.Context, c wire.Collect) (wire.Report, error) {
	reply, err := a.ask(ctx, wire.VerbCollect, c)
	if err != nil {
		return wire.Report{}, err
	}
	if reply.Report == nil {
		return wire.Report{}, fmt.Errorf("%s answered without a report", a.process.name)
	}
	return *reply.Report, nil
}

// Stop ends the agent and its connections.
func (a *agent) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if _, err := a.ask(ctx, wire.VerbStop, nil); err != nil {
		a.kill()
		return err
	}
	return a.stop(stopTimeout)
}

// ask sends one command and waits for its answer as long as ctx does.
func (a *agent) ask(ctx context.Context, verb string, request any) (wire.Reply, error) {
	var reply wire.Reply
	data, err := json.Marshal(request)
	if err != nil {
		return reply, err
	}
	m, err := a.bus.conn.RequestWithContext(ctx, wire.AgentSubject(a.name, verb), data)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(err, nats.ErrNoResponders) {
			err = cause
		}
		return reply, fmt.Errorf("%s: %s: %w", a.process.name, verb, err)
	}
	if err := json.Unmarshal(m.Data, &reply); err != nil {
		return reply, fmt.Errorf("%s: %s: %w", a.process.name, verb, err)
	}
	if reply.Error != "" {
		return reply, fmt.Errorf("%s: %s: %s", a.process.name, verb, reply.Error)
	}
	return reply, nil
}
