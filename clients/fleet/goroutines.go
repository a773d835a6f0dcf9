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
)

// goroutines is the engine of one goroutine per connection. It works for every protocol and system; read buffers come
// from a pool and are held only while bytes are decoded, so that an idle connection costs a stack and a descriptor.
type goroutines struct {
	slots   chan struct{} // bounds the connects under way
	buffers sync.Pool
	mu      sync.Mutex
	sockets map[*conn]net.Conn
	running sync.WaitGroup
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
		sockets: map[*conn]net.Conn{},
	}
}

func (g *goroutines) open(c *conn) {
	g.slots <- struct{}{}
	g.running.Go(func() {
		socket, err := g.connect(c)
		<-g.slots
		if err == nil {
			err = g.receive(c, socket)
			g.forget(c, socket)
		}
		c.end(err)
	})
}

// connect dials and sends the request.
func (g *goroutines) connect(c *conn) (net.Conn, error) {
	c.dialing()
	socket, err := dialer(c.opening.source).Dial("tcp", c.opening.target.Address)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	g.sockets[c] = socket
	g.mu.Unlock()
	if _, err := socket.Write(c.connected()); err != nil {
		g.forget(c, socket)
		return nil, err
	}
	return socket, nil
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

func (g *goroutines) forget(c *conn, socket net.Conn) {
	g.mu.Lock()
	delete(g.sockets, c)
	g.mu.Unlock()
	_ = socket.Close()
}

// receive feeds the connection until it ends. The buffer is taken inside the read callback, which the runtime calls
// only when there may be something to read.
func (g *goroutines) receive(c *conn, socket net.Conn) error {
	raw, err := socket.(*net.TCPConn).SyscallConn()
	if err != nil {
		return err
	}
	var ended error
	readable := func(fd uintptr) bool {
		buffer := g.buffers.Get().(*[readBuffer]byte) //nolint:forcetypeassert // the pool's only type
		defer g.buffers.Put(buffer)
		n, err := ignoringEINTR(func() (int, error) { return syscall.Read(int(fd), buffer[:]) })
		switch {
		case errors.Is(err, syscall.EAGAIN):
			return false
		case err != nil:
			ended = err
		case n == 0:
			ended = io.EOF
		default:
			ended = g.feed(c, socket, buffer[:n])
		}
		return true
	}
	for ended == nil {
		if err := raw.Read(readable); err != nil {
			return err
		}
	}
	if errors.Is(ended, errClean) {
		return nil
	}
	return ended
}

// errClean ends a connection whose protocol has ended it.
var errClean = errors.New("clean end")

func (g *goroutines) feed(c *conn, socket net.Conn, in []byte) error {
	reply, err := c.received(in, 0)
	if len(reply) > 0 {
		if _, werr := socket.Write(reply); werr != nil && err == nil {
			return werr
		}
	}
	if err == io.EOF { //nolint:errorlint // decoders return the bare value
		return errClean
	}
	return err
}

func ignoringEINTR(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

func (g *goroutines) wakeups() uint64 { return 0 }

func (g *goroutines) stop(ctx context.Context) {
	g.mu.Lock()
	for c, socket := range g.sockets {
		if farewell := c.farewell(); farewell != nil {
			if _, err := socket.Write(farewell); err == nil {
				continue // the server answers, and the connection ends by itself
			}
		}
		_ = socket.Close()
	}
	g.mu.Unlock()
	ended := make(chan struct{})
	go func() { g.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	g.mu.Lock()
	for _, socket := range g.sockets {
		_ = socket.Close()
	}
	g.mu.Unlock()
	<-ended
}
