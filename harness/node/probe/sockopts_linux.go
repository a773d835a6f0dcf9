package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/results"
)

// options is THE TABLE of the options read of a socket (socket(7), tcp(7)). TCP_QUICKACK is not in it: it is the mode the
// kernel is in after the last packets, and is no setting.
func options() []option {
	return []option{
		{"tcp_nodelay", results.Count, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{"tcp_user_timeout", results.Seconds, unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, 1e-3},
		{"so_keepalive", results.Count, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{"tcp_keepidle", results.Seconds, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 1},
		{"tcp_keepintvl", results.Seconds, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 1},
		{"tcp_keepcnt", results.Count, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 1},
		{"so_sndbuf", results.Bytes, unix.SOL_SOCKET, unix.SO_SNDBUF, 1},
		{"so_rcvbuf", results.Bytes, unix.SOL_SOCKET, unix.SO_RCVBUF, 1},
	}
}

// sampleOptions reads sockets of another process through duplicates of its descriptors (pidfd_getfd(2)). The error is
// errors.ErrUnsupported where the kernel gives out none.
func sampleOptions(s Server) (sampled, error) {
	sum := sampled{of: options()}
	for _, pid := range s.PIDs() {
		err := sum.process(s, pid)
		if err != nil && (pid == s.PID || !gone(err)) {
			return sum, err
		}
	}
	return sum, nil
}

// process adds sockets of one of the server's processes.
func (s *sampled) process(server Server, pid int) error {
	process, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return withheld("pidfd_open", err)
	}
	defer unix.Close(process) //nolint:errcheck // nothing was written
	of, err := processOf(server.Proc, strconv.Itoa(pid))
	if err != nil {
		return err
	}
	open, err := of.FileDescriptors()
	if err != nil {
		return err
	}
	slices.Sort(open)
	// Descriptors are numbered about in the order they were opened: strides find connections of every age.
	dir := filepath.Join(server.Proc, strconv.Itoa(pid), "fd")
	stride := max(1, len(open)/mostSampled)
	for first := range stride {
		for i := first; i < len(open); i += stride {
			if s.sockets == mostSampled {
				return nil
			}
			// What was closed since it was listed has no name any more.
			if what, err := os.Readlink(filepath.Join(dir, strconv.Itoa(int(open[i])))); err != nil || !strings.HasPrefix(what, "socket:") {
				continue
			}
			if err := s.duplicate(process, int(open[i]), server.Address); err != nil {
				return err
			}
		}
	}
	return nil
}

// duplicate adds one socket, if it is a connection to the address. The duplicate is open for microseconds, by which a
// connection that the server closes meanwhile ends later.
func (s *sampled) duplicate(process, number int, address netip.AddrPort) error {
	fd, err := unix.PidfdGetfd(process, number, 0)
	if errors.Is(err, unix.EBADF) {
		return nil // closed since it was listed
	}
	if err != nil {
		return withheld("pidfd_getfd", err)
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written
	if !connectionTo(fd, address) {
		return nil
	}
	values := make([]float64, len(s.of))
	for i, o := range s.of {
		v, err := unix.GetsockoptInt(fd, o.level, o.name)
		if err != nil {
			return fmt.Errorf("getsockopt %s: %w", o.metric, err)
		}
		values[i] = float64(v) * o.scale
	}
	algorithm, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	if err != nil {
		return fmt.Errorf("getsockopt tcp_congestion: %w", err)
	}
	s.add(values, strings.TrimRight(algorithm, "\x00"))
	return nil
}

// connectionTo reports whether a socket is the server's end of a connection.
func connectionTo(fd int, address netip.AddrPort) bool {
	if _, err := unix.Getpeername(fd); err != nil {
		return false
	}
	local, err := unix.Getsockname(fd)
	if err != nil {
		return false
	}
	var ip netip.Addr
	var port int
	switch a := local.(type) {
	case *unix.SockaddrInet4:
		ip, port = netip.AddrFrom4(a.Addr), a.Port
	case *unix.SockaddrInet6:
		ip, port = netip.AddrFrom16(a.Addr), a.Port
	}
	return port == int(address.Port()) && (address.Addr().IsUnspecified() || ip.Unmap() == address.Addr().Unmap())
}

// withheld marks the errors of systems that give out no duplicates (ptrace(2), access mode checking).
func withheld(call string, err error) error {
	for _, e := range []error{unix.EPERM, unix.EACCES, unix.ENOSYS} {
		if errors.Is(err, e) {
			return fmt.Errorf("%s: %w: %w", call, errors.ErrUnsupported, err)
		}
	}
	return fmt.Errorf("%s: %w", call, err)
}

// optionsReadable is why a child's sockets cannot be read. One's own are open to everybody who may make the
// call; Yama can shut those of children (kernel, Documentation/admin-guide/LSM/Yama.rst).
func optionsReadable(proc string) error {
	process, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return fmt.Errorf("pidfd_open: %w", err)
	}
	defer unix.Close(process) //nolint:errcheck // nothing was written
	fd, err := unix.PidfdGetfd(process, process, 0)
	if err != nil {
		return fmt.Errorf("pidfd_getfd: %w", err)
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written
	scope, err := number(filepath.Join(proc, "sys", "kernel", "yama", "ptrace_scope"))
	if err == nil && (scope > 2 || scope == 2 && os.Geteuid() != 0) {
		return fmt.Errorf("pidfd_getfd: kernel.yama.ptrace_scope is %d", scope)
	}
	return nil
}
