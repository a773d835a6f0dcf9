package trial

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/internal/wire"
)

// separated are servers of ours whose messages come from a process of its own, which owns the numbers: each of the servers can be
// restarted while messages are published.
type separated struct {
	servers
	options   ServerOptions
	publisher *controlled
}

// startSeparated runs n server processes of a lane, and what publishes to them on the CPUs of the load.
func startSeparated(ctx context.Context, on node.Node, n int, o ServerOptions, load []int) (*separated, error) {
	o.Separate = true
	all, err := startServers(ctx, on, n, o)
	if err != nil {
		return nil, err
	}
	settings := wire.Publisher{Lane: o.Lane}
	for _, s := range all {
		settings.Servers = append(settings.Servers, s.at())
	}
	publisher, err := startPublisher(ctx, on, settings, load)
	if err != nil {
		killAll(all)
		return nil, err
	}
	return &separated{all, o, publisher}, nil
}

// at is where the control API of a server is.
func (c *controlled) at() wire.Control {
	ready := c.Ready()
	return wire.Control{URL: ready.Control, Token: ready.Token}
}

// Broadcast has messages published on a schedule and returns when the last one was sent.
func (s *separated) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	return s.publisher.Broadcast(ctx, b)
}

// End ends one of the servers, in order or at once. The error is of an end that was not clean; it has ended all the same,
// unless ctx has.
func (s *separated) End(ctx context.Context, index int, kill bool) error {
	if kill {
		return s.servers[index].Kill(ctx)
	}
	return s.servers[index].Stop(ctx)
}

// Replace has a fresh process take the address of a server that has ended.
func (s *separated) Replace(ctx context.Context, index int) error {
	old := s.servers[index]
	fresh, err := s.options.program(old.Ready().Target.Address)
	if err == nil {
		err = old.replace(ctx, fresh)
	}
	if err != nil {
		return fmt.Errorf("%s: restart: %w", old.name, err)
	}
	return s.publisher.Retarget(ctx, index, old.at())
}

// Stop ends the publisher, and drains the servers.
func (s *separated) Stop() error {
	return errors.Join(s.publisher.Stop(context.Background()), s.servers.Stop())
}

func (s *separated) parts() []*part { return append(s.servers.parts(), s.publisher.part) }
