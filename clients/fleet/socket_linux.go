package fleet

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// bindWithoutPort leaves the port to connect, which knows the whole pair (ip(7), IP_BIND_ADDRESS_NO_PORT).
func bindWithoutPort(fd int) error {
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
}

// blackhole drops every segment that comes in for a socket before TCP sees it (socket(7), SO_ATTACH_FILTER): nothing is
// acknowledged any more, as if the machine had lost its network. The filter is one instruction: accept 0 bytes.
func blackhole(fd int) error {
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
}

// readNow reads from a socket that does not block. The scheduler need not hear of a call that returns at once.
func readNow(fd uintptr, b []byte) (int, error) {
	for {
		n, _, errno := unix.RawSyscall(unix.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))) //nolint:gosec // read(2)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// queued is how many bytes wait in a socket to be read (SIOCINQ, tcp(7)); 0 of one that is gone.
func queued(fd int) int {
	n, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
	if err != nil {
		return 0
	}
	return n
}
