package fleet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// goroutines is the engine of one goroutine per connection. It works for every protocol and system; read buffers come
// from a pool and are held only while bytes are decoded, so that an idle connection costs a stack and a descriptor.
type goroutines struct {
	slots   chan struct{} // bounds the connects under way
	buffers sync.Pool
	mu      sync.Mutex
	sockets map[*conn]*socket
	running sync.WaitGroup
}

// socket is one connection's, and a way to end its rest.
type socket struct {
	*net.TCPConn
	left chan struct{} // closed when the client leaves
}

const (
	connectsUnderWay = 512 // of the listener's backlog of 4096
	connectTimeout   = 10 * time.Second
	readBuffer       = 16 << 10
)

func newGoroutines() *goroutines {
	return &goroutines{
		slots:   make(chan struct{}, connectsUnderWay),
		buffers: sync.Pool{New: func() any { return new([readBuffer]byte) }},
		sockets: map[*conn]*socket{},
	}
}

func (g *goroutines) open(c *conn) {
	g.slots <- struct{}{}
	g.running.Go(func() {
		s, err := g.connect(c)
		<-g.slots
		if err == nil {
			err = g.receive(c, s)
			g.forget(c, s)
		}
		c.end(err)
	})
}

// connect dials and sends the request.
func (g *goroutines) connect(c *conn) (*socket, error) {
	c.dialing()
	dialed, err := dialer(c.opening.source).Dial("tcp", c.opening.target.Address)
	if err != nil {
		return nil, err
	}
	s := &socket{TCPConn: dialed.(*net.TCPConn), left: make(chan struct{})} //nolint:forcetypeassert // of a TCP dial
	g.mu.Lock()
	g.sockets[c] = s
	g.mu.Unlock()
	c.connected(wire.Now())
	if _, err := s.Write(c.request()); err != nil {
		g.forget(c, s)
		return nil, err
	}
	return s, nil
}

func dialer(source netip.Addr) *net.Dialer {
	d := &net.Dialer{Timeout: connectTimeout, KeepAlive: -1}
	if source.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: source.AsSlice()}
		d.Control = func(_, _ string, raw syscall.RawConn) error {
			var failed error
			err := raw.Control(func(fd uintptr) { failed = bindWithoutPort(int(fd)) })
			return errors.Join(err, failed)
		}
	}
	return d
}

func (g *goroutines) forget(c *conn, s *socket) {
	g.mu.Lock()
	delete(g.sockets, c)
	g.mu.Unlock()
	_ = s.Close()
}

// receive feeds the connection until it ends. The buffer is taken inside the read callback, which the runtime calls
// only when there may be something to read.
func (g *goroutines) receive(c *conn, s *socket) error {
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var ended error
	var pause time.Duration
	readable := func(fd uintptr) bool {
		buffer := g.buffers.Get().(*[readBuffer]byte) //nolint:forcetypeassert // the pool's only type
		defer g.buffers.Put(buffer)
		n, err := readNow(fd, buffer[:])
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil:
			ended = err
		case n == 0:
			ended = io.EOF
		default:
			pause, ended = g.feed(c, s, buffer[:n])
		}
		return true
	}
	for ended == nil {
		if err := raw.Read(readable); err != nil {
			return err
		}
		if pause > 0 {
			s.rest(pause)
		}
	}
	if errors.Is(ended, errClean) {
		return nil
	}
	return ended
}

// errClean ends a connection whose protocol has ended it.
var errClean = errors.New("clean end")

func (g *goroutines) feed(c *conn, s *socket, in []byte) (pause time.Duration, err error) {
	next := c.received(in, 0)
	if len(next.reply) > 0 {
		if _, err := s.Write(next.reply); err != nil && next.err == nil {
			return 0, err
		}
	}
	if next.err == io.EOF { //nolint:errorlint // decoders return the bare value
		return 0, errClean
	}
	if next.poll > 0 && next.err == nil {
		time.AfterFunc(next.poll, func() {
			if request := c.poll(); request != nil {
				_, _ = s.Write(request) // a connection that has failed ends by its read
			}
		})
	}
	return next.pause, next.err
}

// rest keeps the goroutine from reading for a while.
func (s *socket) rest(d time.Duration) {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
	case <-s.left:
	}
}

func (g *goroutines) wakeups() uint64 { return 0 }

func (g *goroutines) leave(c *conn, cleanly bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.sockets[c]; s != nil {
		s.leave(c, cleanly)
	}
}

// leave ends the connection; the engine's lock is held.
func (s *socket) leave(c *conn, cleanly bool) {
	farewell, ok := c.farewell()
	if !ok {
		return
	}
	select {
	case <-s.left:
	default:
		close(s.left)
	}
	if cleanly && farewell != nil {
		if _, err := s.Write(farewell); err == nil {
			return // the server answers, and the connection ends by itself
		}
	}
	_ = s.Close()
}

func (g *goroutines) silence(all []*conn) {
	for _, c := range all {
		var refused error
		err := g.control(c, func(fd int) { refused = deafen(fd) })
		if errors.Join(err, refused) != nil {
			g.close(c) // a death that is heard is at least counted
		}
	}
}

func (g *goroutines) close(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := g.sockets[c]; s != nil {
		_ = s.Close()
	}
}

func (g *goroutines) unread(c *conn) (n int) {
	_ = g.control(c, func(fd int) { n = queued(fd) }) // a connection that has ended has nothing unread
	return n
}

// control runs do on the descriptor of the client's connection, if it has one.
func (g *goroutines) control(c *conn, do func(fd int)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.sockets[c]
	if s == nil {
		return nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { do(int(fd)) })
}

func (g *goroutines) drained(ctx context.Context) bool { return waited(ctx, &g.running) }

func (g *goroutines) stop(ctx context.Context) {
	g.dismiss(true)
	if !g.drained(ctx) {
		g.dismiss(false)
		g.running.Wait()
	}
}

func (g *goroutines) dismiss(cleanly bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c, s := range g.sockets {
		c.dismiss()
		s.leave(c, cleanly)
	}
}
