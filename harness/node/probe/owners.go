package probe

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Owner is a process with connections. Without a process, PID is 0 and Name is what is known.
type Owner struct {
	PID         int
	Name        string
	Connections int
}

func (o Owner) String() string {
	if o.PID == 0 {
		return o.Name
	}
	return fmt.Sprintf("pid %d (%s)", o.PID, o.Name)
}

// Asked is whose connections are looked for.
type Asked struct {
	Proc     string
	Address  netip.AddrPort // subscribers connect to
	Client   netip.AddrPort // one of them; none: all
	Measured []int          // processes of the server
	Own      []int          // processes of ours: what they have is no part of the answer, unless they are measured
}

// Owners are the processes with the server's ends of the connections to an address, and those behind the server.
type Owners struct {
	Measured int     // connections of the processes that were given
	Others   []Owner // other processes, those with most first
	Hidden   int     // connections of processes that may not be looked at
	Waiting  int     // connections that no process has accepted yet
	Here     int     // of all these, those in this process's network namespace
	Clients  int     // ends of clients on this machine
	Listen   []int   // processes that take the connections to the address, as Listeners has them
	Behind   []Owner // whom the given processes are connected to themselves, those with most first
}

// ReadOwners asks the kernel which processes have accepted the connections to an address, in whichever network namespace of
// this machine they are, and which others the measured processes are clients of. Some 10 000 sockets take 100 ms.
func ReadOwners(a Asked) (o Owners, err error) {
	w, err := watch(a)
	if err != nil {
		return o, err
	}
	clients := map[netip.AddrPort]bool{}
	for _, c := range slices.Concat(w.near...) {
		if c.remote == a.Address && c.open() && (!a.Client.IsValid() || c.local == a.Client) {
			clients[c.local] = true
		}
	}
	o.Clients = len(clients)
	others := map[int]int{}
	for i, table := range w.tables {
		for _, c := range table {
			// The address may be another process's in another namespace, and clients of others come from elsewhere.
			if c.local != a.Address || !c.open() && !c.waits() || !clients[c.remote] {
				continue
			}
			if i == 0 {
				o.Here++
			}
			switch pids := w.of[c.inode]; {
			case c.waits():
				o.Waiting++
			case w.isMeasured(pids):
				o.Measured++
			case len(pids) == 0:
				o.Hidden++
			default:
				others[pids[0]]++
			}
		}
	}
	o.Others = w.owners(others, nil)
	o.Listen = listening(w.tables[0], a.Address, w.of)
	o.Behind = w.behind()
	return o, nil
}

// open reports whether both ends are there and a process has this one.
func (c connection) open() bool { return c.state == stateEstablished && c.inode != 0 }

// waits reports whether a connection is still to be accepted: it is in the listener's queue, or on its way there, as one is
// of which the listener wants to see data first (tcp(7), TCP_DEFER_ACCEPT).
func (c connection) waits() bool {
	return c.inode == 0 && (c.state == stateEstablished || c.state == stateReceived)
}

// watched is who has which socket.
type watched struct {
	Asked
	tables [][]connection    // of every network namespace, this process's first
	near   [][]connection    // of them, those of namespaces that clients of ours are in
	unix   map[uint64]uint64 // connections over Unix sockets: the server's by the client's
	of     map[uint64][]int  // processes that have a socket
}

func watch(a Asked) (watched, error) {
	w := watched{Asked: a, unix: unixConnections()}
	wanted := map[uint64]bool{}
	for client, server := range w.unix {
		wanted[client], wanted[server] = true, true
	}
	for i, pid := range namespaces(a.Proc) {
		all, err := table(a.Proc, pid)
		if err != nil && i == 0 {
			return w, err
		}
		for _, c := range all {
			if c.inode != 0 {
				wanted[c.inode] = true
			}
		}
		w.tables = append(w.tables, all)
		if i == 0 || w.isLoad(pid) {
			w.near = append(w.near, all)
		}
	}
	if len(w.tables) == 0 {
		return w, fmt.Errorf("%s shows no network namespace", a.Proc)
	}
	processes, err := everybody(a.Proc)
	if err != nil {
		return w, err
	}
	w.of = holders(processes, wanted)
	return w, nil
}

// behind are the processes that the measured ones are clients of. On loopback and between namespaces both ends are seen; of
// another machine only the address is.
func (w watched) behind() []Owner {
	peers := map[[2]netip.AddrPort]connection{}
	for _, table := range w.tables {
		for _, c := range table {
			if c.open() {
				peers[[2]netip.AddrPort{c.local, c.remote}] = c
			}
		}
	}
	served := w.served()
	processes, places := map[int]int{}, map[string]int{}
	for _, table := range w.tables {
		for _, c := range table {
			if c.local == w.Address || !c.open() || !w.isMeasured(w.of[c.inode]) || served[c.local.Port()] {
				continue
			}
			peer, seen := peers[[2]netip.AddrPort{c.remote, c.local}]
			pids := w.of[peer.inode]
			switch {
			case !seen:
				places["a process at "+c.remote.String()]++
			case len(pids) == 0:
				places["a process at "+c.remote.String()+" that may not be looked at"]++
			case !w.isOurs(pids):
				processes[pids[0]]++
			}
		}
	}
	for client, server := range w.unix {
		if pids := w.of[server]; w.isMeasured(w.of[client]) && len(pids) > 0 && !w.isOurs(pids) {
			processes[pids[0]]++
		}
	}
	return w.owners(processes, places)
}

// isLoad reports whether a process is one of those that measure, which may have a namespace of their own behind a link.
func (w watched) isLoad(pid string) bool {
	n, err := strconv.Atoi(pid)
	return err == nil && slices.Contains(w.Own, n) && !slices.Contains(w.Measured, n)
}

// isOurs reports whether processes are measured, or those that measure.
func (w watched) isOurs(pids []int) bool {
	return w.isMeasured(pids) || slices.ContainsFunc(pids, func(pid int) bool { return slices.Contains(w.Own, pid) })
}

// served are the ports the measured processes listen at: a connection there has come to them.
func (w watched) served() map[uint16]bool {
	ports := map[uint16]bool{}
	for _, table := range w.tables {
		for _, c := range table {
			if c.state == stateListen && w.isMeasured(w.of[c.inode]) {
				ports[c.local.Port()] = true
			}
		}
	}
	return ports
}

func (w watched) isMeasured(pids []int) bool {
	return slices.ContainsFunc(pids, func(pid int) bool { return slices.Contains(w.Measured, pid) })
}

// owners orders the counted ones.
func (w watched) owners(processes map[int]int, places map[string]int) (all []Owner) {
	for pid, n := range processes {
		all = append(all, Owner{PID: pid, Name: Name(w.Proc, pid), Connections: n})
	}
	for place, n := range places {
		all = append(all, Owner{Name: place, Connections: n})
	}
	slices.SortFunc(all, func(a, b Owner) int {
		return cmp.Or(cmp.Compare(b.Connections, a.Connections), cmp.Compare(a.PID, b.PID), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// Started is when a process began; zero where that is unknown.
func Started(proc string, pid int) time.Time {
	p, err := processOf(proc, strconv.Itoa(pid))
	if err != nil {
		return time.Time{}
	}
	stat, err := p.Stat()
	if err != nil {
		return time.Time{}
	}
	seconds, err := stat.StartTime()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(1000 * seconds)).UTC()
}

// Name is what a process calls itself.
func Name(proc string, pid int) string {
	p, err := processOf(proc, strconv.Itoa(pid))
	if err != nil {
		return "of an unknown name"
	}
	name, err := p.Comm()
	if err != nil {
		return "of an unknown name"
	}
	return strings.Map(Printable, name)
}

// Printable is a character of others' text that may be shown: none that a terminal would obey.
func Printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '?'
}
