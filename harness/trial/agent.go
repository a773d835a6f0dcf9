package trial

import (
	"context"
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
		hello, err := ask(ctx, a, wire.VerbHello, wire.Nothing{})
		a.hello = hello
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

// Stop ends the agent and its connections.
func (a *agent) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	if _, err := ask(ctx, a, wire.VerbStop, wire.Nothing{}); err != nil {
		a.kill()
		return err
	}
	return a.stop(stopTimeout)
}

// ask sends one command and waits for its answer as long as ctx does.
func ask[Request, Response any](ctx context.Context, a *agent, verb wire.Verb[Request, Response], request Request) (Response, error) {
	response, err := wire.Ask(ctx, a.bus.conn, wire.AgentSubject(a.name), verb, request)
	if err != nil {
		err = fmt.Errorf("%s: %w", a.process.name, err)
	}
	return response, err
}
