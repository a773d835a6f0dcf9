package trial

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// ExternalOptions are what a trial decides for a server that is not ours.
type ExternalOptions struct {
	Lane        *scenario.External
	CPUs        []int // of the server
	Load        []int // CPUs of the load, and so of what publishes
	Connections int   // there will be, at most
	Heartbeat   time.Duration
	Patience    time.Duration // how long one answer to publish may take; 0: for ever
}

// external is a server that is not ours, with all its processes, and the process that has its messages published.
type external struct {
	lane      *scenario.External
	filled    filled
	folder    folder            // of its files
	known     []results.Process // of its program, when it was last looked
	addresses []netip.AddrPort  // that its name may stand for
	address   netip.AddrPort    // of the subscribers: the one of them that answers
	held      *process          // parent of the server's processes; nil: the server runs without us
	listeners []int             // and then who listens and answers there
	unseen    string            // why nobody is known who does
	before    int               // connections of others it has had
	publisher *controlled
	published uint64 // messages so far
}

// StartExternal runs one outside a trial, for whoever measures something else against it.
func StartExternal(ctx context.Context, o ExternalOptions) (Server, error) {
	x, err := startExternal(ctx, o)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// startExternal starts the server if its lane says how, waits until it is ready, and starts what publishes.
func startExternal(ctx context.Context, o ExternalOptions) (*external, error) {
	x := &external{lane: o.Lane}
	if err := x.start(ctx, o); err != nil {
		x.kill()
		return nil, err
	}
	return x, nil
}

func (x *external) start(ctx context.Context, o ExternalOptions) (err error) {
	if x.filled, err = fill(o); err != nil {
		return err
	}
	if x.folder, err = lockFolder(x.filled.folder); err != nil {
		return err
	}
	if x.addresses, err = x.filled.addresses(ctx); err != nil {
		return err
	}
	if x.lane.Started() {
		args := []string{"hold", "--folder", x.filled.runs, "--stop", x.lane.Stop, "--drain", drainTimeout.String(), "--"}
		x.held, err = startProcess("server "+x.lane.Name, o.CPUs, nil, x.filled.environment, append(args, x.filled.command...)...)
		if err != nil {
			return err
		}
	}
	if err := x.ready(ctx); err != nil {
		return err
	}
	if x.address, err = answering(ctx, x.addresses); err != nil {
		return err
	}
	if x.held == nil {
		x.before = probe.Served("/proc", x.address)
	}
	if err := x.find(ctx); err != nil {
		return err
	}
	x.remember()
	x.publisher, err = startControlled(ctx, "publisher of "+x.lane.Name, o.Load, x.filled.publish, "publish", "--child")
	return err
}

// Targets are where the fleet connects: one, which greets nobody.
func (x *external) Targets() ([]wire.Target, error) {
	return []wire.Target{{
		Transport: x.lane.Transport, Address: x.address.String(), Path: x.filled.subscribe.RequestURI(),
		Host: x.filled.subscribe.Host, Header: x.filled.header(),
		Foreign: &wire.Foreign{
			Published: x.published, Overlap: x.lane.Publish.Overlaps(), Identity: !x.lane.Gzip,
			Before: x.lane.Envelope.Before, After: x.lane.Envelope.After, Between: x.lane.Envelope.Between,
		},
	}}, nil
}

// Probed is what the probes look at: the processes there are now.
func (x *external) Probed() []probe.Server {
	s := probe.Server{Proc: "/proc", Sys: "/sys", Address: x.address}
	if pids := x.pids(); len(pids) > 0 {
		s.PID, s.Others = pids[0], pids[1:]
	}
	return []probe.Server{s}
}

// pids are the server's processes: what its program has started, or who listens where it should be, and what they have.
func (x *external) pids() (all []int) {
	processes, err := machine.ReadProcesses("/proc")
	if err != nil {
		return nil
	}
	if x.held != nil {
		return processes.Descendants(x.held.cmd.Process.Pid)
	}
	// Who serves may have started us.
	ours := append(processes.Descendants(os.Getpid()), os.Getpid())
	return slices.DeleteFunc(processes.With(x.listeners...), func(pid int) bool { return slices.Contains(ours, pid) })
}

// Broadcast has messages published on a schedule and returns when the last one has been taken.
func (x *external) Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error) {
	done, err := x.publisher.Broadcast(ctx, b)
	x.published = max(x.published, done.Through)
	return done, err
}

// Collect does nothing: nobody outside can force a garbage collection.
func (*external) Collect(context.Context) error { return nil }

// Cut cannot be had.
func (x *external) Cut(context.Context) error {
	return fmt.Errorf("lane %s cannot be told to end its connections", x.lane.Name)
}

// Pause stops all of its processes, and lets them go on after d, or when ctx ends.
func (x *external) Pause(ctx context.Context, d time.Duration) error {
	if x.held == nil {
		return fmt.Errorf("lane %s is not started by pushbench and will not be stopped by it", x.lane.Name)
	}
	pids := x.pids()
	tell := func(s syscall.Signal) (err error) {
		for _, pid := range pids {
			err = errors.Join(err, syscall.Kill(pid, s))
		}
		return err
	}
	err := tell(syscall.SIGSTOP)
	slept := sleep(ctx, d) // the length of the stop is the point
	return errors.Join(err, slept, tell(syscall.SIGCONT))
}

// ErrStays is why connections do not end although the server was stopped.
var ErrStays = errors.New("the server goes on: it is not ours")

// Stop ends the server with all of its processes; the error says when some did not end in time, or ErrStays.
func (x *external) Stop() error {
	x.publisher.HTTP.CloseIdleConnections()
	err := x.publisher.stop(stopTimeout)
	if x.held == nil {
		return errors.Join(err, ErrStays, x.folder.remove())
	}
	return errors.Join(err, x.held.stop(drainTimeout+2*time.Second), x.folder.remove())
}

func (x *external) processes() (all []*process) {
	if x.held != nil {
		all = append(all, x.held)
	}
	if x.publisher != nil {
		all = append(all, x.publisher.process)
	}
	return all
}

// kill ends everything at once. The parent of the server's processes does that to them when its stdin closes.
func (x *external) kill() {
	if x.publisher != nil {
		x.publisher.kill()
	}
	if x.held != nil {
		_ = x.held.leave(drainTimeout) // whatever it says: what failed before is why this is called
	}
	x.endLeft()
	x.folder.path = x.filled.folder
	_ = x.folder.remove()
}
