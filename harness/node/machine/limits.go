// Package machine describes this computer and its limits: the environment recorded with every number, the
// limits that bound an experiment, and the CPUs that server and load get apart from each other.
//
// A trial is only started when the machine has room for it.
package machine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// Limits bound how many connections an experiment may hold.
type Limits struct {
	Descriptors uint64 // per process (hard limit: Go raises the soft one to it at start)
	PortLow     int    // ephemeral ports, per source and destination address
	PortHigh    int
	Backlog     int // of a listener: net.core.somaxconn
	Buffer      int // bytes a socket may ask for to receive: net.core.rmem_max; 0: not shown here
	CPUs        []int
}

// spareDescriptors are those a process needs besides its connections: runtime, listeners, bus, logs, probes.
const spareDescriptors = 64

// ReadLimits reads them from the process and from proc, the machine's /proc.
func ReadLimits(proc string) (Limits, error) {
	var l Limits
	// Figures of processes would be those of strangers with the same numbers.
	if self, err := os.Readlink(filepath.Join(proc, "self")); err == nil && self != strconv.Itoa(os.Getpid()) {
		return l, fmt.Errorf("%s is of another pid namespace: it calls this process %s, and its number is %d: mount the own one there (unshare --mount-proc, mount -t proc proc %s)",
			proc, self, os.Getpid(), proc)
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return l, fmt.Errorf("read the limit of descriptors: %w", err)
	}
	l.Descriptors = files.Max
	of, err := procfs.NewFS(proc)
	if err != nil {
		return l, err
	}
	sysctl := func(name string, into ...*int) error {
		numbers, err := of.SysctlInts(name)
		if err == nil && len(numbers) != len(into) {
			err = fmt.Errorf("%d numbers, want %d", len(numbers), len(into))
		}
		if err != nil {
			return fmt.Errorf("sysctl %s: %w", name, err)
		}
		for i, n := range numbers {
			*into[i] = n
		}
		return nil
	}
	if err := errors.Join(sysctl("net/ipv4/ip_local_port_range", &l.PortLow, &l.PortHigh), sysctl("net/core/somaxconn", &l.Backlog)); err != nil {
		return l, err
	}
	_ = sysctl("net/core/rmem_max", &l.Buffer) // containers do not see it
	l.CPUs, err = CPUs()
	return l, err
}

// ByDescriptors is how many connections fit into one process.
func (l Limits) ByDescriptors() int {
	if l.Descriptors <= spareDescriptors {
		return 0
	}
	return int(min(l.Descriptors-spareDescriptors, 1<<31)) //nolint:gosec // bounded on the line
}

// Agents is how many load processes n connections need.
func (l Limits) Agents(n int) int {
	return max(Share(n, max(l.ByDescriptors(), 1)), 1)
}

// Share is the largest part of n things on so many places.
func Share(n, places int) int { return (n + places - 1) / places }

// Hold is the error, in one line, why n connections do not fit into one process, what would, and how to raise the limit.
func (l Limits) Hold(n int, process string) error {
	if n <= l.ByDescriptors() {
		return nil
	}
	return fmt.Errorf("%d connections need %d descriptors in the %s, and the limit is %d: %d connections would fit; raise it with ulimit -n %d (as root, or in /etc/security/limits.conf)",
		n, n+spareDescriptors, process, l.Descriptors, l.ByDescriptors(), n+spareDescriptors)
}

// HoldOf is the error why n connections do not fit into a running process, by its own limit; nil where that is unknown.
func HoldOf(proc string, pid, n int) error {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return nil //nolint:nilerr // as documented
	}
	p, err := of.Proc(pid)
	if err != nil {
		return nil //nolint:nilerr // as documented
	}
	limits, err := p.Limits()
	if err != nil || limits.OpenFiles >= uint64(n+spareDescriptors) { //nolint:gosec // a count
		return nil //nolint:nilerr // as documented
	}
	return fmt.Errorf("%d connections need %d descriptors in the server, and the limit of pid %d (%s), which runs already, is %d: start it with a higher one (ulimit -n %d, LimitNOFILE=)",
		n, n+spareDescriptors, pid, probe.Name(proc, pid), limits.OpenFiles, n+spareDescriptors)
}

// Check is the error why n connections to the given number of server processes do not fit on this machine. Agents are added as
// their descriptors ask for, and loopback has source addresses enough for any number of ports.
func (l Limits) Check(n, servers int) error {
	err := l.Hold(Share(n, servers), "server")
	if fit := l.ByDescriptors(); err != nil && fit > 0 {
		return fmt.Errorf("%w, or share them among several processes with servers: %d", err, Share(n, fit))
	}
	return err
}
