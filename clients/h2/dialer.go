// Package h2 carries clients on HTTP/2 connections that several of them share, in clear or within TLS.
//
// It stands between the fleet and net/http's client, and translates as a gateway does (RFC 9113, section 8): the decoder's
// HTTP/1.1 request becomes that of a stream, and the stream's response is handed back with a head of HTTP/1.1. So a decoder
// that reads a response serves here as it is, and a stream that ends is told from one that is cut, as with chunks.
package h2

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/gateway"
	"github.com/pushbench/pushbench/clients/secure"
	"github.com/pushbench/pushbench/internal/wire"
)

// streamWindow is how many bytes a server may send on a stream that its client has not read: as many as the largest
// message has. A client that stops reading holds so much, and then its stream stands still. It alone does: the window of
// the connection is net/http's own, 1 GiB, which is more than those of all streams a connection can have.
const streamWindow = wire.MaxSize

// Dialer implements fleet.Dialer: a stream is one of HTTP/2.
type Dialer struct {
	*secure.Dialer
	transport http.Transport

	mu   sync.Mutex
	all  map[*shared]struct{}
	free map[string][]*shared // with places left, by the server's address

	subscribed map[uint32]*shared // where each client's subscription is, by its number
}

// New returns a dialer for the clients of one fleet.
func New() *Dialer {
	c := &Dialer{Dialer: secure.NewDialer("h2"), all: map[*shared]struct{}{}, free: map[string][]*shared{}, subscribed: map[uint32]*shared{}}
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	connected := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return ctx.Value(ours{}).(net.Conn), nil //nolint:forcetypeassert // connect has put it there
	}
	c.transport = http.Transport{
		Protocols: &protocols, DialContext: connected, DialTLSContext: connected, DisableCompression: true,
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: streamWindow},
	}
	return c
}

// ours is the key under which a context has the connection that net/http is to use.
type ours struct{}

// shared is a connection that streams have places on.
type shared struct {
	address string
	ready   chan struct{} // closed once conn or err is there
	conn    *http.ClientConn
	socket  syscall.Conn
	err     error

	places int

	// Guarded by the dialer's lock.
	left  int  // places nobody has
	spent bool // it takes no new streams any more
}

// Open implements fleet.Dialer. The request is sent by the first Read. What a client says beside its subscription takes no
// place of a subscription's: it goes where that is.
func (c *Dialer) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	if d.UplinkOnly {
		return gateway.Speak(d, trace, func() http.RoundTripper {
			if on := c.connectionOf(d.Client); on != nil {
				return on.conn
			}
			return nil
		})
	}
	s, err := newStream(d)
	if err != nil {
		return nil, err
	}
	on, fresh := c.place(d.Target)
	if fresh {
		c.connect(ctx, on, d, trace)
	}
	select {
	case <-on.ready:
		err = on.err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		c.leave(on)
		return nil, err
	}
	if !fresh {
		trace.Joined()
	}
	s.dialer, s.on = c, on
	c.mu.Lock()
	c.subscribed[d.Client] = on
	c.mu.Unlock()
	if on.places == 1 {
		return alone{s}, nil
	}
	return s, nil
}

// connectionOf is where a client's subscription is; nil: it has none now.
func (c *Dialer) connectionOf(client uint32) *shared {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.subscribed[client]
}

// left notes that a client's subscription is no longer on a connection, unless it is on another by now.
func (c *Dialer) left(client uint32, on *shared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.subscribed[client] == on {
		delete(c.subscribed, client)
	}
}

// place takes a place on a connection to the target; fresh: on one that the caller is to open.
func (c *Dialer) place(t *wire.Target) (on *shared, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	free := c.free[t.Address]
	for len(free) > 0 && (free[0].spent || free[0].failed()) {
		free = free[1:]
	}
	if fresh = len(free) == 0; fresh {
		on = &shared{address: t.Address, ready: make(chan struct{}), places: t.Streams, left: t.Streams}
		c.all[on] = struct{}{}
		free = []*shared{on}
	}
	on = free[0]
	if on.left--; on.left == 0 {
		free = free[1:]
	}
	c.free[t.Address] = free
	return on, fresh
}

// connect opens a connection for all who have places on it.
func (c *Dialer) connect(ctx context.Context, on *shared, d fleet.Dial, trace fleet.ConnectionTrace) {
	defer close(on.ready)
	conn, err := c.Dial(ctx, d, trace)
	if err != nil {
		on.err = err
		return
	}
	scheme := "http"
	if d.Target.TLS {
		scheme = "https"
	}
	on.socket = secure.Socket(conn)
	on.conn, on.err = c.transport.NewClientConn(context.WithValue(ctx, ours{}, conn), scheme, on.address)
	if on.err != nil {
		_ = conn.Close()
	}
}

// failed reports whether the connection has ended, or was never there.
func (on *shared) failed() bool {
	select {
	case <-on.ready:
		return on.err != nil || on.conn.Err() != nil
	default:
		return false
	}
}

// leave gives a place back. A connection that is spent is closed with its last stream.
func (c *Dialer) leave(on *shared) {
	if c.vacate(on) {
		on.close()
	}
}

// vacate reports whether nobody is left on a connection that nobody is to use any more.
func (c *Dialer) vacate(on *shared) (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	on.left++
	switch over := on.spent || on.failed(); {
	case over && on.left == on.places:
		delete(c.all, on)
		return true
	case !over && on.left == 1:
		c.free[on.address] = append(c.free[on.address], on)
	}
	return false
}

// spend lets no new streams onto a connection.
func (c *Dialer) spend(on *shared) {
	c.mu.Lock()
	defer c.mu.Unlock()
	on.spent = true
}

// close ends the connection, if there is one.
func (on *shared) close() {
	select {
	case <-on.ready:
		if on.err == nil {
			_ = on.conn.Close()
		}
	default: // the context of its client ends it
	}
}

// Close implements fleet.Dialer.
func (c *Dialer) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for on := range c.all {
		on.close()
	}
	clear(c.all)
	clear(c.free)
}
