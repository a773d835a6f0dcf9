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

// StreamDialer implements fleet.Dialer: a stream is a TLS connection.
type StreamDialer struct{ *Dialer }

// New returns a dialer for the clients of one fleet, which offer these protocols within TLS (ALPN).
func New(offer ...string) StreamDialer { return StreamDialer{NewDialer(offer...)} }

// Open implements fleet.Dialer.
func (c StreamDialer) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	return c.Begin(ctx, d, trace)
}

// Begin connects, in clear where the target has no TLS, and sends the client's request.
func (c StreamDialer) Begin(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (Stream, error) {
	conn, err := c.Dial(ctx, d, trace)
	if err != nil {
		return Stream{}, err
	}
	if _, err := conn.Write(d.Request); err != nil {
		_ = conn.Close()
		return Stream{}, err
	}
	return Stream{conn}, nil
}

// Close implements fleet.Dialer: each connection ended with its stream.
func (c StreamDialer) Close() {}

// Stream is a connection of one client, which shows its socket.
type Stream struct{ net.Conn }

// SyscallConn implements syscall.Conn.
func (s Stream) SyscallConn() (syscall.RawConn, error) { return Socket(s.Conn).SyscallConn() }

// Socket is what a connection that Dial made is on.
func Socket(conn net.Conn) syscall.Conn {
	if within, ok := conn.(*tls.Conn); ok {
		conn = within.NetConn()
	}
	return conn.(syscall.Conn) //nolint:forcetypeassert // a TCP connection whose reads are counted
}
