package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
)

// servers are the processes of one lane, driven as one: a lane that outgrows the descriptors of a process, or its CPU, is
// run as several behind a balancer. Each has a hub of its own and publishes the same messages.
type servers []*controlled

// StartServer runs one fresh server process outside a trial, to measure something else against it.
func StartServer(ctx context.Context, on node.Node, o ServerOptions) (Server, error) {
	s, err := startServers(ctx, on, 1, o)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// startServers runs n server processes of a lane.
func startServers(ctx context.Context, on node.Node, n int, o ServerOptions) (servers, error) {
	var all servers
	server, err := o.program("")
	if err != nil {
		return nil, err
	}
	for i := range n {
		s, err := startControlled(ctx, on, server, node.StartOptions{Label: "server " + o.Lane, Role: program.Server, CPUs: o.CPUs}, i+1)
		if err != nil {
			killAll(all)
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

func (all servers) parts() (parts []*part) {
	for _, s := range all {
		parts = append(parts, s.part)
	}
	return parts
}

// Targets are where the fleet connects.
func (all servers) Targets() ([]wire.Target, error) {
	var targets []wire.Target
	for _, s := range all {
		targets = append(targets, s.Ready().Target)
	}
	return targets, nil
}

// Stats are the figures of the first.
func (all servers) Stats(ctx context.Context) (wire.Stats, error) { return all[0].Stats(ctx) }

// Broadcast publishes in every process at the same time and returns when the last message is out.
func (all servers) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	done := make([]wire.Published, len(all))
	err := together(all, func(i int, s *controlled) (err error) {
		done[i], err = s.Broadcast(ctx, b)
		return err
	})
	if err != nil {
		return wire.Published{}, err
	}
	total := done[0]
	total.Intended = meanIntended(done)
	for i, d := range done[1:] {
		// The fleet's report counts by sequence number: a process that is ahead of the others would look like loss.
		if d.After != total.After || d.Through != total.Through {
			return wire.Published{}, fmt.Errorf("%s published messages %d to %d and %s %d to %d",
				all[0].name, total.After, total.Through, all[i+1].name, d.After, d.Through)
		}
		if total.Lateness, err = wire.MergeHistograms(total.Lateness, d.Lateness); err != nil {
			return wire.Published{}, err
		}
		if total.Waits, err = wire.MergeHistograms(total.Waits, d.Waits); err != nil {
			return wire.Published{}, err
		}
	}
	return total, nil
}

// meanIntended is the mean over all deliveries, because connections are spread evenly over the processes.
func meanIntended(done []wire.Published) int64 {
	since := int64(0)
	for _, d := range done {
		since += d.Intended - done[0].Intended
	}
	return done[0].Intended + since/int64(len(done))
}

// Collect forces garbage collections.
func (all servers) Collect(ctx context.Context) error {
	return together(all, func(_ int, s *controlled) error { return s.Collect(ctx) })
}

// Cut ends every connection there is.
func (all servers) Cut(ctx context.Context) error {
	return together(all, func(_ int, s *controlled) error { return s.Cut(ctx) })
}

// Pause stops the processes like a debugger would, and lets them go on after d, or when ctx ends.
func (all servers) Pause(ctx context.Context, d time.Duration) error {
	return together(all, func(_ int, s *controlled) error { return s.Pause(ctx, d) })
}

// Stop drains them all.
func (all servers) Stop() error {
	return together(all, func(_ int, s *controlled) error { return s.Stop(context.Background()) })
}
