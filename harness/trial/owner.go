package trial

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// The server that was measured is the one that served (rule 21 of the method): the kernel is asked who has accepted the
// connections of the subscribers, once the server is ready and after each ramp.

// acceptPatience is how long a server may take to accept a connection that is opened to see who does.
const acceptPatience = time.Second

// find has the kernel tell who accepts a connection to the subscribers' address. Of a server that runs without us these are
// the processes that are measured, with those that listen there; of one that was started it must be one of its own.
func (x *external) find(ctx context.Context) error {
	found, client, err := x.accepted(ctx)
	if err != nil {
		return err
	}
	// Asked behind: a server that is started by its first connection did not listen before.
	listeners, _ := probe.Listeners("/proc", x.address)
	if x.held != nil {
		return misowned(x.lane.Name, x.Probed()[0], found, listeners, x.remedy())
	}
	x.listeners = serves(found, listeners)
	if len(x.pids()) == 0 {
		x.listeners = nil
		x.unseen = fmt.Sprintf("no process that may be looked at on this machine has accepted %s, connected to %s: the server runs on another machine, of another user, or behind address translation",
			client, x.address)
	}
	return nil
}

// serves are the processes of a server that runs without us, by who has accepted a connection and who listens at its address.
// Who listens here has no part in a connection whose other end is not here: address translation leads it elsewhere, or the
// address is of another machine, or of a container, and a process here listens at all addresses.
func serves(found probe.Owners, listeners []int) (all []int) {
	if found.Here > 0 {
		all = slices.Clone(listeners)
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

// Listening are the processes that listen where a lane that runs already has its subscribers connect; none where nobody tells.
func Listening(ctx context.Context, e *scenario.External) (all []int) {
	vars := scenario.VarsFor(e)
	defer vars.Release()
	subscribe, err := vars.URL(e, e.Subscribe)
	if err != nil {
		return nil // whoever fills the lane's file in for a trial says so
	}
	addresses, _ := (&filled{subscribe: subscribe}).addresses(ctx)
	for _, a := range addresses {
		pids, _ := probe.Listeners("/proc", a)
		all = append(all, pids...)
	}
	return all
}

// accepted opens a connection, and waits until a process has the other end.
func (x *external) accepted(ctx context.Context) (found probe.Owners, client netip.AddrPort, err error) {
	ctx, cancel := context.WithTimeout(ctx, acceptPatience)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", x.address.String())
	if err != nil {
		return found, client, fmt.Errorf("server %s: %w", x.lane.Name, err)
	}
	defer c.Close() //nolint:errcheck // nothing was written
	client, _ = netip.ParseAddrPort(c.LocalAddr().String())
	again := time.NewTicker(readyPause)
	defer again.Stop()
	for {
		found, err = probe.ReadOwners(probe.Asked{Proc: "/proc", Address: x.address, Client: client, Measured: x.pids()})
		if err != nil || found.Measured+found.Hidden+len(found.Others) > 0 {
			return found, client, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return found, client, nil
		}
	}
}

// remedy is what to do where somebody else serves.
func (x *external) remedy() string {
	if x.held == nil {
		return "name its own address under url:"
	}
	return "end it if it is left from before, have command: start the server itself, or use url: in place of command:"
}

// misowned says that somebody else has connections of the subscribers than the processes that are measured. Of a server whose
// processes are not known nothing is said: its figures are missing.
func misowned(lane string, s probe.Server, found probe.Owners, listeners []int, remedy string) error {
	listens := slices.ContainsFunc(listeners, func(pid int) bool { return slices.Contains(s.PIDs(), pid) })
	switch {
	case s.PID == 0: // what processes say is missing
		return nil
	case len(found.Others) > 0:
		return fmt.Errorf("lane %s: who answers on %s is %v, not what is measured, %s: %s", lane, s.Address, found.Others[0], named(s), remedy)
	case found.Measured > 0 || listens && (found.Waiting > 0 || found.Hidden > 0 || found.Clients == 0):
		return nil
	case found.Hidden > 0:
		return fmt.Errorf("lane %s: who answers on %s is a process that may not be looked at, of another user or pid namespace, not what is measured, %s: %s",
			lane, s.Address, named(s), remedy)
	case len(listeners) > 0 && !listens:
		return fmt.Errorf("lane %s: who listens on %s is pid %d (%s), not what is measured, %s: %s",
			lane, s.Address, listeners[0], probe.Name(s.Proc, listeners[0]), named(s), remedy)
	default:
		return fmt.Errorf("lane %s: who answers on %s is no process of this machine (it may be behind address translation, as containers are), and not what is measured, %s: %s",
			lane, s.Address, named(s), remedy)
	}
}

// named are the processes of a server, in words.
func named(s probe.Server) string {
	var words []string
	for _, pid := range s.PIDs() {
		words = append(words, fmt.Sprintf("pid %d (%s)", pid, probe.Name(s.Proc, pid)))
	}
	if len(words) == 0 {
		return "a process that has ended"
	}
	return strings.Join(words, ", ")
}

// serving holds who has the connections after a ramp of so many against the processes that are measured. It is an error when
// somebody else has one; a trial whose server hands each subscriber on to another process is invalid, as that one's part of
// the cost is missing.
func (t *trial) serving(added int) error {
	processes, err := machine.ReadProcesses("/proc")
	if err != nil {
		return err
	}
	own := append(processes.Descendants(os.Getpid()), os.Getpid())
	for _, s := range t.server.Probed() {
		if !s.Address.IsValid() || s.UDP {
			continue
		}
		found, err := probe.ReadOwners(probe.Asked{Proc: s.Proc, Address: s.Address, Measured: s.PIDs(), Own: own})
		if err != nil {
			return fmt.Errorf("who serves on %s: %w", s.Address, err)
		}
		listeners, _ := probe.Listeners(s.Proc, s.Address)
		if err := misowned(t.lane, s, found, listeners, t.remedy()); err != nil {
			return err
		}
		t.measured(s)
		t.behind(s, found.Behind, added)
	}
	return nil
}

func (t *trial) remedy() string {
	if t.external != nil {
		return t.external.remedy()
	}
	return "end it"
}

// measured keeps for the record whose figures these are, where the server is not ours.
func (t *trial) measured(s probe.Server) {
	x := t.external
	if x == nil {
		return
	}
	if x.before > 0 {
		t.warn("", results.OpenBefore, results.Args{"connections": x.before, "address": x.address.String()})
	}
	x.remember()
	t.processes, t.unseen = described(s.PIDs()), x.unseen
	t.within = probe.OtherBounds(s.Proc, s.PID)
}

// behind looks for processes that got about one connection more from the server for each subscriber of the last ramp, together:
// a proxy may share them among several.
func (t *trial) behind(s probe.Server, now []probe.Owner, added int) {
	const share = 0.5                                                                          // of the subscribers: a pool that fills has less
	now = slices.DeleteFunc(slices.Clone(now), func(o probe.Owner) bool { return o.PID == 0 }) // of another machine: a broker or a database
	total, grown := 0, 0
	for _, o := range now {
		total, grown = total+o.Connections, grown+o.Connections
		for _, before := range t.upstream {
			if before.PID == o.PID && before.Name == o.Name {
				grown -= before.Connections
			}
		}
	}
	t.upstream = now
	if float64(grown) <= share*float64(added) || added < 2 || t.open < t.scenario.MaxConnections() {
		return
	}
	var names []string
	for _, o := range now[:min(len(now), 3)] {
		names = append(names, o.String())
	}
	t.accuse("", results.Proxied, results.Args{"server": named(s), "connections": total, "upstream": strings.Join(names, ", ")})
}
