package sse

import (
	"context"
	"crypto/tls"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// watcher notices who leaves: one goroutine for all connections, where a read on each would cost a goroutine each. It has
// an epoll set of its own, and that set is itself a descriptor the Go runtime waits for: no thread waits in it.
type watcher struct {
	set *os.File
	raw syscall.RawConn

	mu    sync.Mutex
	leave map[int32]context.CancelFunc // by descriptor
}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil { // NewFile asks: without it the file would not be waited for
		_ = unix.Close(fd)
		return nil, err
	}
	set := os.NewFile(uintptr(fd), "epoll")
	raw, err := set.SyscallConn()
	if err != nil {
		_ = set.Close()
		return nil, err
	}
	return &watcher{set: set, raw: raw, leave: map[int32]context.CancelFunc{}}, nil
}

// run calls what was asked for whoever leaves, until the watcher is closed.
func (w *watcher) run() {
	var events [128]unix.EpollEvent
	_ = w.raw.Read(func(set uintptr) bool {
		for w.take(int(set), events[:]) == len(events) {
			continue
		}
		return false // wait for more; closing ends the wait
	})
}

// take handles what has happened, and returns of how many connections. The lock is held throughout: none of them is
// unwatched meanwhile, and no descriptor becomes another connection's.
func (w *watcher) take(set int, events []unix.EpollEvent) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := unix.EpollWait(set, events, 0)
	if err != nil {
		return 0
	}
	for _, event := range events[:n] {
		// Who was forgotten by a watcher that is closed stays in its set until the socket is closed.
		if leave := w.leave[event.Fd]; leave != nil {
			leave()
		}
	}
	return n
}

// close ends run, and all watching.
func (w *watcher) close() { _ = w.set.Close() }

// watch calls leave when the peer closes its side or the connection breaks. Unwatch must be called before conn is closed. Of
// TLS the socket below is watched: a peer that leaves closes that too.
func (w *watcher) watch(conn net.Conn, leave context.CancelFunc) (unwatch func(), err error) {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	raw, err := conn.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	if err := raw.Control(func(f uintptr) { fd = int(f) }); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// Once: a peer that has left stays away.
	event := unix.EpollEvent{Events: unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: int32(fd)} //nolint:gosec // a descriptor fits
	if err := w.control(unix.EPOLL_CTL_ADD, fd, &event); err != nil {
		return nil, err
	}
	w.leave[event.Fd] = leave
	return func() { w.forget(fd) }, nil
}

func (w *watcher) forget(fd int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.leave, int32(fd))                 //nolint:gosec // a descriptor fits
	_ = w.control(unix.EPOLL_CTL_DEL, fd, nil) // a closed watcher has forgotten everybody
}

// control changes the set.
func (w *watcher) control(operation, fd int, event *unix.EpollEvent) error {
	var failed error
	if err := w.raw.Control(func(set uintptr) { failed = unix.EpollCtl(int(set), operation, fd, event) }); err != nil {
		return err
	}
	return failed
}
