package probe

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/prometheus/procfs"
)

// Listeners are the processes of this machine that take the connections to an address.
func Listeners(proc string, address netip.AddrPort) ([]int, error) {
	all, err := table(proc, "self")
	if err != nil {
		return nil, err
	}
	everyone, err := everybody(proc)
	if err != nil {
		return nil, err
	}
	pids := listening(all, address, holders(everyone, listenSockets(all, address)))
	if len(pids) == 0 {
		return nil, fmt.Errorf("no process we may look at listens on %s", address)
	}
	return pids, nil
}

// ListenersAt are the processes of this machine that listen at a port of the loopback, of either family, or at it everywhere.
func ListenersAt(proc string, port uint16) (all []int, err error) {
	for _, loopback := range []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()} {
		var pids []int
		if pids, err = Listeners(proc, netip.AddrPortFrom(loopback, port)); err == nil {
			all = append(all, pids...)
		}
	}
	if slices.Sort(all); len(all) > 0 {
		return slices.Compact(all), nil
	}
	return nil, err
}

// listening are the processes that have the sockets which take the connections to an address. The first process of a machine
// that opens sockets for others is none of them.
func listening(all []connection, address netip.AddrPort, of map[uint64][]int) (pids []int) {
	for inode := range listenSockets(all, address) {
		pids = append(pids, of[inode]...)
	}
	slices.Sort(pids)
	pids = slices.Compact(pids)
	if len(pids) > 1 && pids[0] == 1 {
		pids = pids[1:]
	}
	return pids
}

// listenSockets are those that take the connections to an address. Where a socket listens at the address itself the kernel
// prefers it to those that listen at all addresses, and one of IPv4 alone to one of both families.
func listenSockets(all []connection, address netip.AddrPort) map[uint64]bool {
	wanted, best := map[uint64]bool{}, 0
	for _, c := range all {
		r := rank(c, address)
		if r > best {
			clear(wanted)
			best = r
		}
		if r > 0 && r == best {
			wanted[c.inode] = true
		}
	}
	return wanted
}

// rank is how well a socket fits that listens; 0: not at all.
func rank(c connection, address netip.AddrPort) int {
	a := c.local.Addr()
	switch {
	case c.state != stateListen || c.local.Port() != address.Port():
		return 0
	case a == address.Addr().Unmap():
		return 3
	case a == netip.IPv4Unspecified() && address.Addr().Unmap().Is4():
		return 2
	case a == netip.IPv6Unspecified():
		return 1
	default:
		return 0
	}
}

// Ports are those that processes listen at, in words: 127.0.0.1:8080.
func Ports(proc string, pids []int) (addresses []string) {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return nil
	}
	for _, pid := range pids {
		p, err := of.Proc(pid)
		if err != nil {
			continue
		}
		all, err := table(proc, strconv.Itoa(pid))
		if err != nil {
			continue
		}
		listening := map[uint64]bool{}
		for _, c := range all {
			if c.state == stateListen {
				listening[c.inode] = true
			}
		}
		owned := holders(procfs.Procs{p}, listening)
		for _, c := range all {
			if text := c.local.String(); c.state == stateListen && len(owned[c.inode]) > 0 && !slices.Contains(addresses, text) {
				addresses = append(addresses, text)
			}
		}
	}
	return addresses
}

// Served counts the connections an address has.
func Served(proc string, address netip.AddrPort) (open int) {
	all, err := table(proc, "self")
	if err != nil {
		return 0
	}
	for _, c := range all {
		if c.local == address && c.state == stateEstablished {
			open++
		}
	}
	return open
}
