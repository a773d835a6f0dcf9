package epoll

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls below never wait, so that Go's scheduler need not be told: that saves the cost, and keeps the
// processor with the loop. A send on loopback takes some microseconds, as long as any loop of Go code does; the goroutine can be
// preempted, and a garbage collection begin, between two of them.

// acceptNow takes a connection that waits on a listener.
func acceptNow(listener uintptr) (int, syscall.Errno) {
	fd, _, errno := unix.RawSyscall6(unix.SYS_ACCEPT4, listener, 0, 0, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	return int(fd), errno
}

// readNow reads without waiting.
func readNow(fd int32, b []byte) (int, syscall.Errno) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))) //nolint:gosec // read(2)
	return int(n), errno
}

// writeNow writes as much as the socket takes.
func writeNow(fd int32, v []unix.Iovec) (int, syscall.Errno) {
	var n uintptr
	var errno syscall.Errno
	if len(v) == 1 {
		n, _, errno = unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(v[0].Base)), uintptr(v[0].Len)) //nolint:gosec // write(2)
	} else {
		n, _, errno = unix.RawSyscall(unix.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v))) //nolint:gosec // writev(2)
	}
	return int(n), errno
}
