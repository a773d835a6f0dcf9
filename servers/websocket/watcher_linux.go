package websocket

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// PoolGoroutines is how many goroutines a connection of Pool has, and PoolRoles what they do.
const (
	PoolGoroutines = 1
	PoolRoles      = "delivery; one watcher reads for all"
)

// watcher notices which connections can be read from. Go's own poller knows that too, and keeps it for the goroutine that
// waits in Read; so the sockets are in a second epoll, which in turn waits in Go's poller and blocks no thread.
type watcher struct {
	epoll *os.File

	mu       sync.Mutex
	table    []*pooled // by descriptor
	open     int
	draining bool

	read   func(fd uintptr) bool // into buffer, made once: a closure for each read would be garbage
	buffer []byte
	n      int
	err    error
}

// newWatcher starts a watcher that ends when ctx has and the last connection too.
func newWatcher(ctx context.Context, detached *sync.WaitGroup) (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // what lets Go's poller have it
		return nil, errors.Join(os.NewSyscallError("fcntl", err), unix.Close(fd))
	}
	w := &watcher{epoll: os.NewFile(uintptr(fd), "epoll"), buffer: make([]byte, readLimit)} //nolint:gosec // a descriptor
	w.read = func(fd uintptr) bool {
		w.n, w.err = unix.Read(int(fd), w.buffer) //nolint:gosec // a descriptor
		return true
	}
	detached.Go(w.run)
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.draining = true
		w.closeIfEmpty()
	})
	return w, nil
}

func (w *watcher) closeIfEmpty() {
	if w.draining && w.open == 0 {
		_ = w.epoll.Close() // ends run
	}
}

// watched is what the watcher knows of a connection.
type watched struct {
	by  *watcher // nil while it is not watched
	raw syscall.RawConn
	fd  int
}

// add begins to watch a connection.
func (w *watcher) add(c *pooled) error {
	socket, ok := c.NetConn().(syscall.Conn)
	if !ok {
		return errors.New("the connection is no socket")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(d uintptr) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.draining && w.open == 0 {
			err = net.ErrClosed
			return
		}
		fd := int(d) //nolint:gosec // a descriptor
		if err = w.control(unix.EPOLL_CTL_ADD, fd); err != nil {
			return
		}
		if fd >= len(w.table) {
			w.table = append(w.table, make([]*pooled, fd+1-len(w.table))...)
		}
		w.table[fd] = c
		w.open++
		c.watched = watched{w, raw, fd}
	})
	return errors.Join(failed, err)
}

// forget ends the watch; the second time it does nothing.
func (c *watched) forget() {
	w := c.by
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.raw == nil {
		return
	}
	_ = c.raw.Control(func(uintptr) { _ = w.control(unix.EPOLL_CTL_DEL, c.fd) })
	w.table[c.fd], c.raw = nil, nil
	w.open--
	w.closeIfEmpty()
}

func (w *watcher) control(op, fd int) (err error) {
	raw, err := w.epoll.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(epoll uintptr) {
		err = unix.EpollCtl(int(epoll), op, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP, Fd: int32(fd)}) //nolint:gosec // descriptors
	})
	return errors.Join(failed, err)
}

// run reads from whatever can be read from, until the watcher is closed.
func (w *watcher) run() {
	raw, err := w.epoll.SyscallConn()
	if err != nil {
		return
	}
	events := make([]unix.EpollEvent, 128)
	n := 0
	wait := func(fd uintptr) bool {
		n, err = unix.EpollWait(int(fd), events, 0) //nolint:gosec // a descriptor
		return n != 0
	}
	for raw.Read(wait) == nil {
		for _, e := range events[:max(n, 0)] {
			w.readable(int(e.Fd))
		}
	}
}

// readable reads once from a connection: if that was not all, the next wait says so.
func (w *watcher) readable(fd int) {
	w.mu.Lock()
	c := w.table[fd]
	var raw syscall.RawConn
	if c != nil {
		raw = c.watched.raw
	}
	w.mu.Unlock()
	if c == nil || raw.Read(w.read) != nil {
		return // it has just been closed
	}
	switch {
	case errors.Is(w.err, unix.EAGAIN), errors.Is(w.err, unix.EINTR):
	case w.n <= 0:
		c.end()
	default:
		c.received(w.buffer[:w.n])
	}
}
