package node

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/results"
)

// The server that was measured is the one that served (rule 21 of the method): the kernel is asked who has accepted the
// connections of the subscribers, once the server is ready and after each ramp.

// acceptPatience is how long a server may take to accept a connection that is opened to see who does.
const acceptPatience = time.Second

// find reads from the kernel which processes accept a connection to the subscribers' address. Of a server that runs without us these are
// the processes that are measured, with those that listen there; of one that was started it must be one of its own.
func (r *running) find(ctx context.Context) error {
	found, client, err := r.accepted(ctx)
	if err != nil {
		return err
	}
	if r.process != nil {
		return misowned(r.options.Label, r.probed(), found, r.remedy())
	}
	r.listeners = serves(found)
	if len(r.pids()) == 0 {
		r.listeners = nil
		r.unseen = fmt.Sprintf("no process that may be looked at on this machine has accepted %s, connected to %s: the server runs on another machine, of another user, or behind address translation",
			client, r.ready.Address)
	}
	return nil
}

// serves are the processes of a server that runs without us, by who has accepted a connection and who listens at its address.
// Who listens here has no part in a connection whose other end is not here: address translation leads it elsewhere, or the
// address is of another machine, or of a container, and a process here listens at all addresses.
func serves(found probe.Owners) (all []int) {
	if found.Here > 0 {
		all = slices.Clone(found.Listen)
	}
	for _, o := range found.Others {
		if !slices.Contains(all, o.PID) {
			all = append(all, o.PID)
		}
	}
	if len(all) > 1 { // the first process of a machine opens sockets for others
		all = slices.DeleteFunc(all, func(pid int) bool { return pid == 1 })
	}
	return all
}

// Listening are the processes that listen where a program that runs already has its clients connect; none where that cannot be seen.
func Listening(ctx context.Context, p program.Program) (all []int) {
	vars := p.Vars()
	defer vars.Release()
	serves, err := vars.URL(p, p.Serves)
	if err != nil {
		return nil // an error of Start
	}
	found, _ := addresses(ctx, serves)
	for _, a := range found {
		pids, _ := probe.Listeners("/proc", a)
		all = append(all, pids...)
	}
	return all
}

// accepted opens a connection, and waits until a process has the other end. Who listens is asked after it was opened: a server
// that is started by its first connection did not listen before.
func (r *running) accepted(ctx context.Context) (found probe.Owners, client netip.AddrPort, err error) {
	ctx, cancel := context.WithTimeout(ctx, acceptPatience)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", r.ready.Address.String())
	if err != nil {
		return found, client, fmt.Errorf("%s: %w", r.options.Label, err)
	}
	defer c.Close() //nolint:errcheck // nothing was written
	client, _ = netip.ParseAddrPort(c.LocalAddr().String())
	again := time.NewTicker(readyPause)
	defer again.Stop()
	for {
		found, err = probe.ReadOwners(probe.Asked{Proc: "/proc", Address: r.ready.Address, Client: client, Measured: r.pids()})
		if err != nil || found.Measured+found.Hidden+len(found.Others) > 0 && !r.forked(found.Others) {
			return found, client, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return found, client, nil
		}
	}
}

// forked reports whether the measured program has started one of the others since its processes were listed: many a server listens
// before it has its workers.
func (r *running) forked(others []probe.Owner) bool {
	if len(others) == 0 {
		return false
	}
	pids := r.pids()
	return slices.ContainsFunc(others, func(o probe.Owner) bool { return slices.Contains(pids, o.PID) })
}

// remedy is what to do where another process serves.
func (r *running) remedy() string {
	switch {
	case r.program.Own:
		return "end it"
	case r.process == nil:
		return "name its own address under url:"
	}
	return "end it if it is left from before, have command: start the server itself, or use url: in place of command:"
}

// misowned is the error of subscribers' connections that other processes have than the measured ones. A server whose
// processes are unknown has none: its figures are missing.
func misowned(label string, s probe.Server, found probe.Owners, remedy string) error {
	listens := slices.ContainsFunc(found.Listen, func(pid int) bool { return slices.Contains(s.PIDs(), pid) })
	switch {
	case s.PID == 0: // figures of processes are missing
		return nil
	case len(found.Others) > 0:
		return fmt.Errorf("%s: connections to %s are answered by %v, not by the measured server, %s: %s", label, s.Address, found.Others[0], named(s), remedy)
	case found.Measured > 0 || listens && (found.Waiting > 0 || found.Hidden > 0 || found.Clients == 0):
		return nil
	case found.Hidden > 0:
		return fmt.Errorf("%s: connections to %s are answered by a process of another user or pid namespace, not by the measured server, %s: %s",
			label, s.Address, named(s), remedy)
	case len(found.Listen) > 0 && !listens:
		return fmt.Errorf("%s: the listener of %s is pid %d (%s), not the measured server, %s: %s",
			label, s.Address, found.Listen[0], probe.Name(s.Proc, found.Listen[0]), named(s), remedy)
	default:
		return fmt.Errorf("%s: connections to %s are answered by no process of this machine (it may be behind address translation, as containers are), not by the measured server, %s: %s",
			label, s.Address, named(s), remedy)
	}
}

// named are the processes of a server, in words.
func named(s probe.Server) string {
	return cmp.Or(results.Named(described(s.PIDs())), "a process that has ended")
}

// Serving are the processes with connections of the subscribers now.
func (r *running) Serving(ctx context.Context) (Serving, error) {
	if ctx.Err() != nil {
		return Serving{}, context.Cause(ctx)
	}
	s := r.probed()
	if r.program.Found != nil {
		return Serving{Measured: described(s.PIDs())}, nil
	}
	if !s.Address.IsValid() || s.UDP {
		return Serving{}, nil
	}
	processes, err := machine.ReadProcesses("/proc")
	if err != nil {
		return Serving{}, err
	}
	own := append(processes.Descendants(os.Getpid()), os.Getpid())
	found, err := probe.ReadOwners(probe.Asked{Proc: s.Proc, Address: s.Address, Measured: s.PIDs(), Own: own})
	if err == nil && r.forked(found.Others) {
		return r.Serving(ctx)
	}
	if err != nil {
		return Serving{}, fmt.Errorf("who serves on %s: %w", s.Address, err)
	}
	if err := misowned(r.options.Label, s, found, r.remedy()); err != nil {
		return Serving{}, err
	}
	r.remember()
	return Serving{
		Measured: described(s.PIDs()), Behind: found.Behind, Within: probe.OtherBounds(s.Proc, s.PID), Unseen: r.unseen,
	}, nil
}
