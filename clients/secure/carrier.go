// Package secure carries clients within TLS 1.3, each on a TCP connection of its own.
//
// It stands between the fleet, whose decoders know nothing of TLS, and sockets. Its dialer is also how clients/h2 connects.
package secure

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"syscall"

	"github.com/pushbench/pushbench/clients/fleet"
)

// Carrier implements fleet.Carrier: a stream is a TLS connection.
type Carrier struct{ *Dialer }

// New returns a carrier for the clients of one fleet, which offer these protocols (ALPN).
func New(offer ...string) Carrier { return Carrier{NewDialer(offer...)} }

// Open implements fleet.Carrier.
func (c Carrier) Open(ctx context.Context, d fleet.Dial, at fleet.Moments) (io.ReadWriteCloser, error) {
	conn, err := c.Dial(ctx, d, at)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(d.Request); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &stream{conn.(*tls.Conn)}, nil //nolint:forcetypeassert // only targets with TLS are carried here
}

// Close implements fleet.Carrier: each connection ended with its stream.
func (c Carrier) Close() {}

// stream is a TLS connection that shows its socket.
type stream struct{ *tls.Conn }

// SyscallConn implements syscall.Conn.
func (s *stream) SyscallConn() (syscall.RawConn, error) { return Socket(s.Conn).SyscallConn() }

// Socket is what a connection that Dial made is on.
func Socket(conn net.Conn) syscall.Conn {
	if within, ok := conn.(*tls.Conn); ok {
		conn = within.NetConn()
	}
	return conn.(syscall.Conn) //nolint:forcetypeassert // a TCP connection whose reads are counted
}
