package trial

import (
	"context"
	"fmt"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/internal/wire"
)

// agents are the load processes of a trial, driven as one fleet: each opens its part of one schedule.
type agents []*agent

// StartFleet runs as many agents as so many connections ask for, outside a trial. They must be stopped before the bus is
// closed.
func StartFleet(ctx context.Context, on node.Node, bus *Bus, connections int, limits machine.Limits, o AgentOptions) (Fleet, error) {
	a, err := startAgents(ctx, on, bus, connections, limits, o)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// startAgents runs as many agents as the descriptors of a process ask for.
func startAgents(ctx context.Context, on node.Node, bus *Bus, connections int, limits machine.Limits, o AgentOptions) (agents, error) {
	n := limits.Agents(connections)
	var all agents
	for i := range n {
		one := o
		one.Name = fmt.Sprintf("%s-%d", o.Name, i+1)
		a, err := startAgent(ctx, on, bus, one, i+1)
		if err == nil {
			all = append(all, a)
			err = machine.Limits{Descriptors: a.hello.Limit}.Hold(machine.Share(connections, n), "agent")
		}
		if err != nil {
			killAll(all)
			return nil, err
		}
	}
	return all, nil
}

// send sends one command to all agents.
func send[Request any](ctx context.Context, all agents, verb wire.Verb[Request, wire.Nothing], request Request) error {
	return together(all, func(_ int, a *agent) error {
		_, err := ask(ctx, a, verb, request)
		return err
	})
}

// Ramp opens the schedule's connections, each agent its part.
func (all agents) Ramp(ctx context.Context, r wire.Ramp) error {
	return together(all, func(i int, a *agent) error {
		part := r
		part.Agent, part.Agents = i, len(all)
		if i >= r.Connections {
			return nil // fewer connections than agents
		}
		_, err := ask(ctx, a, wire.VerbRamp, part)
		return err
	})
}

// Profile sets the profile of the clients.
func (all agents) Profile(ctx context.Context, p wire.Profile) error {
	return send(ctx, all, wire.VerbProfile, p)
}

// Blackhole cuts clients off from the network.
func (all agents) Blackhole(ctx context.Context, b wire.Blackhole) error {
	return send(ctx, all, wire.VerbBlackhole, b)
}

// Expect sets the content that the clients compare messages with.
func (all agents) Expect(ctx context.Context, e wire.Expect) error {
	return send(ctx, all, wire.VerbExpect, e)
}

// OpenUplinks opens, each agent for its own clients, the connections they send on where their subscriptions cannot carry it.
func (all agents) OpenUplinks(ctx context.Context, o wire.OpenUplinks) error {
	return together(all, func(i int, a *agent) error {
		part := o
		part.Agent, part.Agents = i, len(all)
		_, err := ask(ctx, a, wire.VerbOpenUplinks, part)
		return err
	})
}

// CloseUplinks ends these connections.
func (all agents) CloseUplinks(ctx context.Context, none wire.Nothing) error {
	return send(ctx, all, wire.VerbCloseUplinks, none)
}

// Send has all clients send, and returns when the last message was due.
func (all agents) Send(ctx context.Context, s wire.Send) error {
	return send(ctx, all, wire.VerbSend, s)
}

// Report returns what was recorded since the last report, once every connection has seen message c.Through.
func (all agents) Report(ctx context.Context, c wire.Collect) (wire.Report, error) {
	reports := make([]wire.Report, len(all))
	err := together(all, func(i int, a *agent) (err error) {
		reports[i], err = ask(ctx, a, wire.VerbCollect, c)
		return err
	})
	var total wire.Report
	for _, r := range reports {
		if err == nil {
			err = total.Add(r)
		}
	}
	return total, err
}

// Stop ends the agents and their connections.
func (all agents) Stop(ctx context.Context) error {
	return together(all, func(_ int, a *agent) error { return a.Stop(ctx) })
}

func (all agents) parts() (parts []*part) {
	for _, a := range all {
		parts = append(parts, a.part)
	}
	return parts
}
