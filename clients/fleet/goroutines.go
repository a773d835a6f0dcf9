package fleet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// goroutines is the engine of one goroutine per connection. It works for every protocol, dialer and system.
type goroutines struct {
	opener  opener
	ctx     context.Context // of every connect
	cancel  context.CancelFunc
	slots   chan struct{} // bounds the connects under way
	buffers sync.Pool
	mu      sync.Mutex
	stopped bool // nobody connects from here on
	sockets map[*conn]*socket
	running sync.WaitGroup
}

// opener is the part of a Dialer that a client needs.
type opener interface {
	Open(ctx context.Context, d Dial, trace ConnectionTrace) (io.ReadWriteCloser, error)
}

// socket is one connection's stream, and a way to end its rest.
type socket struct {
	io.ReadWriteCloser
	left chan struct{} // closed when the client leaves
}

const (
	connectsUnderWay = 512 // of the listener's backlog of 4096
	connectTimeout   = 10 * time.Second
)

// newGoroutines makes the engine for a dialer's streams, or for TCP sockets if that is nil.
func newGoroutines(dialer Dialer) *goroutines {
	g := &goroutines{
		opener:  plain{},
		slots:   make(chan struct{}, connectsUnderWay),
		buffers: sync.Pool{New: func() any { return new([readBuffer]byte) }},
		sockets: map[*conn]*socket{},
	}
	if dialer != nil {
		g.opener = dialer
	}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g
}

// processors guards GOMAXPROCS, which is the process's.
var processors sync.Mutex //nolint:gochecknoglobals // as GOMAXPROCS is

// pace adds a processor for as long as a schedule keeps one. Without it the clients of one CPU waited for that schedule:
// their connects began 20 ms late in the median where they now begin 0.2 ms late (sse-h2c, 1,500 a second). It is given back,
// because processors that look for work and find none cost more than half of what a message does.
func (*goroutines) pace() (done func()) {
	add := func(n int) {
		processors.Lock()
		defer processors.Unlock()
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + n)
	}
	add(1)
	return func() { add(-1) }
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

// connect opens the connection's stream.
func (g *goroutines) connect(c *conn) (*socket, error) {
	c.dialing()
	ctx, cancel := context.WithTimeout(g.ctx, connectTimeout)
	defer cancel()
	stream, err := g.opener.Open(ctx, c.dial(), connectionTrace{c})
	if err != nil {
		return nil, err
	}
	s := &socket{stream, make(chan struct{})}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stopped {
		_ = s.Close()
		return nil, errStopped
	}
	g.sockets[c] = s
	return s, nil
}

var errStopped = errors.New("the load ended before the subscription was confirmed")

func dialer(source netip.Addr) *net.Dialer {
	d := &net.Dialer{KeepAlive: -1}
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

// receive feeds the connection until it ends.
func (g *goroutines) receive(c *conn, s *socket) error {
	read, err := g.reader(s)
	if err != nil {
		return err
	}
	var ended error
	var pause time.Duration
	feed := func(in []byte) { pause, ended = g.feed(c, s, in) }
	for ended == nil {
		if err := read(feed); err != nil {
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

// send writes beside the connection's goroutine; one that has failed ends by its read.
func (g *goroutines) send(c *conn, b []byte) {
	g.mu.Lock()
	s := g.sockets[c]
	g.mu.Unlock()
	if s != nil {
		_, _ = s.Write(b)
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
	closeFrame, ok := c.closeFrame()
	if !ok {
		return
	}
	select {
	case <-s.left:
	default:
		close(s.left)
	}
	if cleanly && closeFrame != nil {
		if _, err := s.Write(closeFrame); err == nil {
			return // the server answers, and the connection ends by itself
		}
	}
	_ = s.Close()
}

func (g *goroutines) blackhole(all []*conn) {
	for _, c := range all {
		var refused error
		err := g.control(c, func(fd int) { refused = blackhole(fd) })
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

// control runs do on the descriptor of the client's connection, if it has one. The error says that it shares one, or has
// none.
func (g *goroutines) control(c *conn, do func(fd int)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.sockets[c]
	if s == nil {
		return nil
	}
	own, ok := s.ReadWriteCloser.(syscall.Conn)
	if !ok {
		return errors.ErrUnsupported
	}
	raw, err := own.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { do(int(fd)) })
}

func (g *goroutines) drained(ctx context.Context) bool { return waited(ctx, &g.running) }

func (g *goroutines) stop(ctx context.Context) {
	g.closeAll(true)
	if !g.drained(ctx) {
		g.cancel()
		g.closeAll(false)
		g.running.Wait()
	}
	g.cancel()
}

func (g *goroutines) closeAll(cleanly bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	for c, s := range g.sockets {
		c.disconnect()
		s.leave(c, cleanly)
	}
}
