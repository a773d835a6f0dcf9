package epoll

import (
	"context"
	"errors"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

// WatcherGoroutines is how many goroutines a watcher has for each connection, and WatcherRole what they do.
const (
	WatcherGoroutines = 0
	WatcherRole       = "one watcher reads for all"
)

// Watcher reads for connections whose own goroutines only write. Go's poller keeps a socket's events for the goroutine that
// waits in Read, so the sockets are in a second set.
type Watcher struct {
	set set

	mu       sync.Mutex
	table    []*Watched // by descriptor
	open     int
	draining bool

	read   func(fd uintptr) bool // into buffer, made once: a closure for each read would be garbage
	buffer [hub.MaxUplink]byte
	n      int
	err    error
}

// Watched is a connection's place in a watcher. The zero value is not watched.
type Watched struct {
	by  *Watcher
	raw syscall.RawConn // nil: forgotten
	to  Reader
	fd  int
}

// NewWatcher starts a watcher that ends when ctx has ended and no connection is left; running counts it.
func NewWatcher(ctx context.Context, running *sync.WaitGroup) (*Watcher, error) {
	s, err := newSet()
	if err != nil {
		return nil, err
	}
	w := &Watcher{set: s}
	w.read = func(fd uintptr) bool {
		w.n, w.err = unix.Read(int(fd), w.buffer[:])
		return true
	}
	running.Go(func() { s.wait(w.readAll) })
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.draining = true
		w.closeIfEmpty()
	})
	return w, nil
}

func (w *Watcher) closeIfEmpty() {
	if w.draining && w.open == 0 {
		w.set.close()
	}
}

// Add begins to watch conn, a socket, for a reader. Forget must be called before conn is closed.
func (w *Watcher) Add(c *Watched, conn net.Conn, to Reader) error {
	socket, ok := conn.(syscall.Conn)
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
		fd := int(d)
		if err = w.set.control(unix.EPOLL_CTL_ADD, fd, unix.EPOLLIN|unix.EPOLLRDHUP, int32(fd)); err != nil { //nolint:gosec // a descriptor fits
			return
		}
		if fd >= len(w.table) {
			w.table = append(w.table, make([]*Watched, fd+1-len(w.table))...)
		}
		*c = Watched{by: w, raw: raw, to: to, fd: fd}
		w.table[fd] = c
		w.open++
	})
	return errors.Join(failed, err)
}

// Forget ends the watch; the second time it does nothing.
func (c *Watched) Forget() {
	w := c.by
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.raw == nil {
		return
	}
	_ = c.raw.Control(func(uintptr) { _ = w.set.control(unix.EPOLL_CTL_DEL, c.fd, 0, 0) }) // a closed socket has left the set
	w.table[c.fd], c.raw = nil, nil
	w.open--
	w.closeIfEmpty()
}

// readAll reads once from each connection of a batch: if there is more, the next batch has it again.
func (w *Watcher) readAll(events []unix.EpollEvent) bool {
	for _, e := range events {
		w.mu.Lock()
		c := w.table[e.Fd]
		var raw syscall.RawConn
		if c != nil {
			raw = c.raw
		}
		w.mu.Unlock()
		if c == nil || raw.Read(w.read) != nil {
			continue // it has just been forgotten, or closed
		}
		switch {
		case errors.Is(w.err, unix.EAGAIN), errors.Is(w.err, unix.EINTR):
		case w.n <= 0:
			c.Forget() // the end of a connection would be reported until it is closed
			c.to.Left()
		default:
			c.to.Received(w.buffer[:w.n])
		}
	}
	return true
}
