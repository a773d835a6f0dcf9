package probe

import (
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
)

// connection is a TCP socket as its network namespace lists it (proc_pid_net(5)).
type connection struct {
	local, remote netip.AddrPort
	state         uint64
	inode         uint64 // 0: no process has it, as it waits to be accepted or for late packets
}

// Of include/net/tcp_states.h.
const (
	stateEstablished = 1
	stateReceived    = 3 // SYN_RECV
	stateListen      = 10
)

// table lists the TCP sockets of the network namespace a process is in, of both families. Of this process's own ("self") it
// lists those that are open, on their way there, or listen, where the system has SOCK_DIAG.
func table(proc, pid string) (all []connection, err error) {
	if pid == "self" {
		if all, err = ownConnections(); !errors.Is(err, errors.ErrUnsupported) {
			return all, err
		}
	}
	of, err := procfs.NewFS(filepath.Join(proc, pid))
	if err != nil {
		return nil, err
	}
	four, err := of.NetTCP() //nolint:staticcheck // netlink sees other namespaces as root only
	if err != nil {
		return nil, err
	}
	six, err := of.NetTCP6()                           //nolint:staticcheck // as above
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a kernel without IPv6
		return nil, err
	}
	for _, s := range slices.Concat(four, six) {
		all = append(all, connection{local: endpoint(s.LocalAddr, s.LocalPort), remote: endpoint(s.RemAddr, s.RemPort), state: s.St, inode: s.Inode})
	}
	return all, nil
}

// endpoint is an address as everybody else writes it: one of IPv4 in an IPv6 socket is one of IPv4.
func endpoint(ip net.IP, port uint64) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a.Unmap(), uint16(port)) //nolint:gosec // a port
}

// namespaces are the network namespaces of a machine's processes: for each one process that is in it, this one's first.
func namespaces(proc string) (pids []string) {
	seen := map[string]bool{}
	note := func(pid string) {
		name, err := os.Readlink(filepath.Join(proc, pid, "ns", "net"))
		if err == nil && !seen[name] { // processes of others cannot be read
			seen[name] = true
			pids = append(pids, pid)
		}
	}
	note("self")
	all, _ := everybody(proc)
	for _, p := range all {
		note(strconv.Itoa(p.PID))
	}
	return pids
}

// holders finds the processes that have sockets open, by the numbers the sockets have in the names of descriptors.
func holders(processes procfs.Procs, inodes map[uint64]bool) map[uint64][]int {
	found := map[uint64][]int{}
	for _, p := range processes {
		names, err := p.FileDescriptorTargets()
		if err != nil {
			continue // it has ended, or may not be looked at
		}
		for _, name := range names {
			inode, ok := socketNumber(name)
			if ok && inodes[inode] && !slices.Contains(found[inode], p.PID) {
				found[inode] = append(found[inode], p.PID)
			}
		}
	}
	return found
}

// socketNumber reads the name of a descriptor.
func socketNumber(name string) (uint64, bool) {
	number, ok := strings.CutPrefix(name, "socket:[")
	if !ok {
		return 0, false
	}
	inode, err := strconv.ParseUint(strings.TrimSuffix(number, "]"), 10, 64)
	return inode, err == nil
}

// everybody are the processes of a machine, in the order of their ids.
func everybody(proc string) (procfs.Procs, error) {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return nil, err
	}
	all, err := of.AllProcs()
	sort.Sort(all)
	return all, err
}
