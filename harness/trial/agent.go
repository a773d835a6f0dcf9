package trial

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// agent is one load process, reached over the bus.
type agent struct {
	*part
	label string
	as    string // on the bus
	bus   *Bus
	hello wire.Hello
}

// AgentOptions are the settings of an agent process.
type AgentOptions struct {
	Name   string
	CPUs   []int
	Engine string
	Reader string

	Link *link // its connections pass; nil: none
}

// engineEpoll is the engine of an agent that has event loops.
const engineEpoll = "epoll"

const (
	helloTimeout = 15 * time.Second
	helloPause   = 5 * time.Millisecond // between questions: nats answers "no responders" at once
	stopTimeout  = 10 * time.Second
)

// startAgent runs an agent process and waits until it has joined the bus.
func startAgent(ctx context.Context, on node.Node, bus *Bus, o AgentOptions, number int) (*agent, error) {
	a := &agent{label: "agent " + o.Name, as: o.Name, bus: bus}
	p := program.Program{
		Own: true, Bus: true, Drain: stopTimeout,
		Command: []string{"agent", "--child", "--name", o.Name, "--engine", o.Engine, "--reader", o.Reader},
	}
	start := node.StartOptions{Label: a.label, Role: program.Load, CPUs: o.CPUs}
	if o.Link != nil {
		start.Behind = o.Link.name
		p.Command = append(p.Command, "--sources", o.Link.Ready().Sources.String())
	}
	var err error
	a.part, err = startPart(ctx, on, p, start, number)
	if err != nil {
		return nil, err
	}
	if err := a.joined(ctx); err != nil {
		a.kill()
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
		case err, unasked := <-a.Exited():
			if unasked {
				return err
			}
			return fmt.Errorf("%s ended before it joined", a.label)
		case <-ctx.Done():
			return fmt.Errorf("%s did not join within %v", a.label, helloTimeout)
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
	return a.Process.Stop(ctx)
}

// ask sends one command and waits for its answer as long as ctx does.
func ask[Request, Response any](ctx context.Context, a *agent, verb wire.Verb[Request, Response], request Request) (Response, error) {
	response, err := wire.Ask(ctx, a.bus.conn, wire.AgentSubject(a.as), verb, request)
	if err != nil {
		err = fmt.Errorf("%s: %w", a.label, err)
	}
	return response, err
}
