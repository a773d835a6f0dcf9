package secure

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/pushbench/pushbench/clients/fleet"
)

// Dialer connects the clients of a fleet, in clear or with TLS as their target is, and counts the bytes they read and write.
type Dialer struct {
	offer    []string // ALPN
	received atomic.Uint64
	written  atomic.Uint64

	mu      sync.Mutex
	configs map[string]*tls.Config // by certificate
	tickets map[uint32]*ticket     // by client
}

// NewDialer returns a dialer that offers these protocols within TLS.
func NewDialer(offer ...string) *Dialer {
	return &Dialer{offer: offer, configs: map[string]*tls.Config{}, tickets: map[uint32]*ticket{}}
}

// Received is how many bytes all connections have read from their sockets.
func (d *Dialer) Received() uint64 { return d.received.Load() }

// Written is how many bytes all connections have given to their sockets.
func (d *Dialer) Written() uint64 { return d.written.Load() }

// Dial returns a connection to the target: a *tls.Conn whose handshake has ended, where it speaks TLS.
func (d *Dialer) Dial(ctx context.Context, to fleet.Dial, trace fleet.ConnectionTrace) (net.Conn, error) {
	var config *tls.Config
	if to.Target.TLS {
		var err error
		if config, err = d.config(to); err != nil {
			return nil, err
		}
	}
	socket, err := fleet.DialTCP(ctx, to.Target.Address, to.Source)
	if err != nil {
		return nil, err
	}
	trace.Connected()
	metered := &counted{socket, &d.received, &d.written}
	if config == nil {
		return metered, nil
	}
	conn := tls.Client(metered, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = socket.Close()
		return nil, err
	}
	trace.Secured(conn.ConnectionState().DidResume)
	return conn, nil
}

// config is that of the target, with the client's own ticket where sessions are resumed.
func (d *Dialer) config(to fleet.Dial) (*tls.Config, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	config := d.configs[to.Target.Certificate]
	if config == nil {
		var err error
		if config, err = Config(*to.Target, d.offer...); err != nil {
			return nil, err
		}
		d.configs[to.Target.Certificate] = config
	}
	if !to.Target.Resume {
		return config, nil
	}
	if !to.Returns || d.tickets[to.Client] == nil {
		d.tickets[to.Client] = &ticket{}
	}
	config = config.Clone()
	config.ClientSessionCache = d.tickets[to.Client]
	return config, nil
}

// counted adds up what is read from a socket and written to it.
type counted struct {
	*net.TCPConn
	received *atomic.Uint64
	written  *atomic.Uint64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	c.received.Add(uint64(n)) //nolint:gosec // not negative
	return n, err
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	c.written.Add(uint64(n)) //nolint:gosec // not negative
	return n, err
}

// ReadFrom would write past the count.
func (c *counted) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{c}, r) }

// WriteTo would read past the count.
func (c *counted) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, struct{ io.Reader }{c}) }

// ticket is the session cache of one client, as every browser has its own: only one who comes back has a session to resume.
type ticket struct {
	mu      sync.Mutex
	session *tls.ClientSessionState
}

// Get implements tls.ClientSessionCache.
func (t *ticket) Get(string) (*tls.ClientSessionState, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.session, t.session != nil
}

// Put implements tls.ClientSessionCache.
func (t *ticket) Put(_ string, session *tls.ClientSessionState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.session = session
}
