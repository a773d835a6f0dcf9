package epoll

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// set is an epoll set. It is itself a descriptor that Go's poller waits for: no thread waits in epoll_wait.
type set struct {
	file *os.File
	fd   int
}

const eventsPerBatch = 256

func newSet() (set, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return set{}, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // else NewFile would not give it to the poller
		return set{}, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fd))
	}
	return set{os.NewFile(uintptr(fd), "epoll"), fd}, nil
}

// control changes what a descriptor is watched for. The set must be open.
func (s set) control(op, fd int, events uint32, key int32) error {
	return unix.EpollCtl(s.fd, op, fd, &unix.EpollEvent{Events: events, Fd: key})
}

// wait hands batches of events to take until take returns false or the set is closed. The next wait overwrites a batch.
func (s set) wait(take func([]unix.EpollEvent) bool) {
	raw, err := s.file.SyscallConn()
	if err != nil {
		return // only of a closed file
	}
	events := make([]unix.EpollEvent, eventsPerBatch)
	n := 0
	// The poller reports changes only, so that it may be asked to wait only when nothing is left.
	ready := func(fd uintptr) bool {
		n, err = unix.EpollWait(int(fd), events, 0)
		return n > 0
	}
	for raw.Read(ready) == nil {
		if !take(events[:n]) {
			return
		}
	}
}

func (s set) close() { _ = s.file.Close() }
