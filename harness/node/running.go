package node

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// running is a process of this machine.
type running struct {
	program program.Program
	options StartOptions
	process *process.Process // nil: it runs already
	control *control.Direct  // nil: it has none
	ready   Ready
	exited  chan error
	leave   sync.Once
	forget  func() // takes it off its node's list

	// Of a program of others.
	health    string
	folder    folder            // of its files
	known     []results.Process // of its program, when it was last looked at
	addresses []netip.AddrPort  // that its name resolves to
	listeners []int             // of one that runs already: what listens and answers there
	unseen    string            // why no process is known that does
}

const (
	readyTimeout = 15 * time.Second
	drainTimeout = 5 * time.Second // of a program that does not state one
	stopSlack    = 2 * time.Second // after the drain
)

// Ready is what it reported when it became ready.
func (r *running) Ready() Ready { return r.ready }

// Exited gets the reason when the process ends unasked.
func (r *running) Exited() <-chan error { return r.exited }

// watch waits for the end of the process.
func (r *running) watch() {
	<-r.process.Exited()
	if r.process.Unasked() {
		r.exited <- r.process.Death()
	}
	close(r.exited)
}

// Control hands a request to the control API.
func (r *running) Control(ctx context.Context, request wire.Request) (json.RawMessage, error) {
	if r.control == nil {
		return nil, fmt.Errorf("%s has no control api", r.options.Label)
	}
	return r.control.Do(ctx, request)
}

// Pause stops all of its processes, and lets them continue after d.
func (r *running) Pause(ctx context.Context, d time.Duration) error {
	if r.process == nil {
		return fmt.Errorf("%s is not started by pushbench and will not be stopped by it", r.options.Label)
	}
	return r.process.Pause(ctx, d)
}

// ErrStays is why connections do not end although the server was stopped.
var ErrStays = errors.New("the server keeps running: it is not ours")

// Stop ends it with all of its processes.
func (r *running) Stop(context.Context) error {
	defer r.forget()
	if r.control != nil {
		r.control.HTTP.CloseIdleConnections()
	}
	if r.process == nil {
		r.leave.Do(func() { close(r.exited) })
		return errors.Join(ErrStays, r.folder.remove())
	}
	return errors.Join(r.process.Stop(r.drain()+stopSlack), r.folder.remove())
}

// drain is how long it may take to end.
func (r *running) drain() time.Duration { return cmp.Or(r.program.Drain, drainTimeout) }

// Kill ends it at once.
func (r *running) Kill(context.Context) error {
	defer r.forget()
	if r.process != nil {
		r.process.Kill()
	}
	r.endLeft()
	return r.folder.remove()
}

// probed is what the probes look at.
func (r *running) probed() probe.Server {
	s := probe.Server{Proc: "/proc", Sys: "/sys", Address: r.ready.Address, UDP: r.ready.UDP}
	if pids := r.pids(); len(pids) > 0 {
		s.PID, s.Others = pids[0], pids[1:]
	}
	if r.control != nil && r.options.Role == program.Server {
		s.Stats = (&control.Client{Over: r.control.Do}).Stats
	}
	if r.control != nil && r.options.Role == program.Link {
		s.Link = (&control.Client{Over: r.control.Do}).Stats
	}
	return s
}

// pids are its processes: what its program has started, or what listens where it should be, and what that has started.
func (r *running) pids() []int {
	if r.process != nil {
		return r.process.PIDs()
	}
	processes, err := machine.ReadProcesses("/proc")
	if err != nil {
		return nil
	}
	// The process that serves may have started us.
	ours := append(processes.Descendants(os.Getpid()), os.Getpid())
	return slices.DeleteFunc(processes.With(r.listeners...), func(pid int) bool { return slices.Contains(ours, pid) })
}
