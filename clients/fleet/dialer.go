package fleet

import (
	"context"
	"io"
	"net"
	"net/netip"

	"github.com/pushbench/pushbench/internal/wire"
)

// Dialer opens what clients read and write where that is no TCP socket of their own: a stream within TLS, or one of several
// that share a connection. A fleet has one for all of its clients.
type Dialer interface {
	// Open returns a client's stream, and has sent the request on it or sends it with the first Read. Read returns what the
	// decoder is to be fed, and io.EOF where the server has ended the stream cleanly; Write takes the decoder's replies; Close
	// ends the stream, whoever reads or writes. All of them may be called at the same time. A stream that is a syscall.Conn has
	// that socket for itself. The context bounds the opening, not the life of the stream.
	Open(ctx context.Context, d Dial, trace ConnectionTrace) (io.ReadWriteCloser, error)
	Received() uint64 // bytes read from sockets so far: what streams carried, and what carried them
	Close()           // what the streams have left behind
}

// dropper is a dialer whose sockets drop what they have no room for.
type dropper interface{ Dropped() uint64 } // packets so far

// writer is a dialer that knows what its sockets were given.
type writer interface{ Written() uint64 } // bytes so far

// Dial is what a client asks its dialer for.
type Dial struct {
	Target     *wire.Target // with the client's own values
	Source     netip.Addr   // to connect from; invalid: as the system likes
	Client     uint32       // its number in the fleet's schedule
	UplinkOnly bool         // it is for what the client says, and no subscription
	Returns    bool         // it had a stream before and goes on where that ended; false: it is new, even if one with its number was there
	Request    []byte       // what its decoder sends first
}

// ConnectionTrace is what a client passes on the way to its stream. The dialer says what happens, and the fleet, which has the
// clock, when.
type ConnectionTrace interface {
	Connected()           // the socket is connected
	Joined()              // instead: the client has a place on a connection that was not opened for it
	Secured(resumed bool) // the TLS handshake has ended; resumed: it went on with an earlier session
	Answered()            // the response head has been accepted, where the decoder does not see it
}

// connectionTrace is that of one connection.
type connectionTrace struct{ c *conn }

func (t connectionTrace) Connected()           { t.c.connected(wire.Now()) }
func (t connectionTrace) Joined()              { t.c.joined(wire.Now()) }
func (t connectionTrace) Secured(resumed bool) { t.c.secured(wire.Now(), resumed) }
func (t connectionTrace) Answered()            { t.c.answered(wire.Now()) }

// joined marks the moment from which the response head is waited for. The connect that others share is no phase of this
// client, and its wait for it part of the handshake alone.
func (c *conn) joined(at int64) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.opening.mark = at
}

// secured marks the end of the TLS handshake.
func (c *conn) secured(at int64, resumed bool) {
	r := c.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	metric := tlsHandshake
	if resumed {
		metric = tlsResumption
		r.TLSResumed++
	}
	r.TLSHandshakes++
	r.record(metric, at-c.opening.mark)
	c.opening.mark = at
}

// answered marks the response head.
func (c *conn) answered(at int64) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	c.headed(at)
}

// dial is what the client of a connection asks for.
func (c *conn) dial() Dial {
	request := c.request()
	o := c.opening
	target := o.target
	if target.Clients != nil {
		own := target.For(c.number)
		target = &own
	}
	return Dial{Target: target, Source: o.source, Client: c.number, UplinkOnly: c.uplinkOnly, Returns: o.away != 0, Request: request}
}

// DialTCP connects as all clients of a fleet do: from the source address, if there is one, and without keep-alive probes.
func DialTCP(ctx context.Context, address string, source netip.Addr) (*net.TCPConn, error) {
	conn, err := dialer(source).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil //nolint:forcetypeassert // of a TCP dial
}

// plain gives each client a TCP socket of its own.
type plain struct{}

func (plain) Open(ctx context.Context, d Dial, trace ConnectionTrace) (io.ReadWriteCloser, error) {
	conn, err := DialTCP(ctx, d.Target.Address, d.Source)
	if err != nil {
		return nil, err
	}
	trace.Connected()
	if _, err := conn.Write(d.Request); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}
