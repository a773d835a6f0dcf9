// Package udp opens QUIC connections for clients, one each, on UDP sockets that many share.
//
// It stands between the dialers of what is spoken on QUIC (clients/h3, clients/webtransport) and sockets.
package udp

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/secure"
)

// ClientsPerSocket share a UDP socket. QUIC tells its connections apart by their ids, so that the ports of a machine bound
// nothing, but packets for all of them wait in one receive buffer: 425 984 bytes where net.core.rmem_max is as Linux has it
// and the process may not exceed it, of which a packet of 1 252 bytes takes 2 304. One for each of 128 clients, who all get a
// broadcast at once, fits with a third to spare. quic-go asks for 7 MiB.
const ClientsPerSocket = 128

// handshakeTimeout is how long a server may take to answer a packet of the handshake, as long as a fleet waits for a connect.
const handshakeTimeout = 10 * time.Second

// Sockets are those of a fleet, with the QUIC connections on them. The zero value is ready to use.
type Sockets struct {
	mu      sync.Mutex
	all     []*socket
	open    map[*quic.Conn]*socket
	read    uint64 // bytes, by the connections that are not open any more
	dropped uint64 // packets, by the sockets that are not
}

// socket is one, and how many connections it has or is about to have.
type socket struct {
	transport   *quic.Transport
	udp         *net.UDPConn
	connections int
}

// Open connects and has subscribe begin what a client reads. A client counts as connected when its first QUIC handshake has ended,
// of which TLS is a part. One that is refused tries again, and its wait is part of its handshake.
func (p *Sockets) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace, subscribe func(*quic.Conn) (io.ReadWriteCloser, error)) (io.ReadWriteCloser, error) {
	connected := sync.OnceFunc(trace.Connected)
	for {
		s, err := p.try(ctx, d, connected, subscribe)
		if !refused(err) {
			return s, err
		}
		select {
		case <-time.After(RefusedPause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// RefusedPause is how long a client waits that was refused. A quic-go server refuses at once when 32 connections wait to be
// accepted, a constant of its own, some of them behind their handshake; where a TCP server's backlog is full, the client's
// kernel tries again, after a second.
const RefusedPause = 100 * time.Millisecond

func refused(err error) bool {
	var failed *quic.TransportError
	return errors.As(err, &failed) && failed.Remote && failed.ErrorCode == quic.ConnectionRefused
}

func (p *Sockets) try(ctx context.Context, d fleet.Dial, connected func(), subscribe func(*quic.Conn) (io.ReadWriteCloser, error)) (io.ReadWriteCloser, error) {
	conn, err := p.connect(ctx, d)
	if err != nil {
		return nil, err
	}
	connected()
	s, err := subscribe(conn)
	if err != nil {
		p.Disconnect(conn)
		return nil, err
	}
	return s, nil
}

// connect returns a connection whose handshake has ended.
func (p *Sockets) connect(ctx context.Context, d fleet.Dial) (*quic.Conn, error) {
	to, err := net.ResolveUDPAddr("udp", d.Target.Address)
	if err != nil {
		return nil, err
	}
	trust, err := secure.Config(*d.Target, http3.NextProtoH3)
	if err != nil {
		return nil, err
	}
	s, err := p.take()
	if err != nil {
		return nil, err
	}
	conn, err := s.transport.Dial(ctx, to, trust, &quic.Config{
		HandshakeIdleTimeout: handshakeTimeout, EnableDatagrams: true, EnableStreamResetPartialDelivery: true,
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		s.connections--
		return nil, err
	}
	if p.open == nil {
		p.open = map[*quic.Conn]*socket{}
	}
	p.open[conn] = s
	return conn, nil
}

// take finds a socket with a place, or opens one.
func (p *Sockets) take() (*socket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.all {
		if s.connections < ClientsPerSocket {
			s.connections++
			return s, nil
		}
	}
	udp, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	s := &socket{&quic.Transport{Conn: udp}, udp, 1}
	p.all = append(p.all, s)
	return s, nil
}

// Disconnect ends a connection and gives its place back.
func (p *Sockets) Disconnect(conn *quic.Conn) {
	_ = conn.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeNoError), "") // unless it has ended
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.open[conn]; s != nil {
		s.connections--
		p.read += conn.ConnectionStats().BytesReceived
		delete(p.open, conn)
	}
}

// Places are how many connections are open on each socket that has any, the fullest first.
func (p *Sockets) Places() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	on := map[*socket]int{}
	for _, s := range p.open {
		on[s]++
	}
	return slices.SortedFunc(maps.Values(on), func(a, b int) int { return cmp.Compare(b, a) })
}

// Received implements fleet.Dialer: the UDP payload of all packets, those that carry no message too.
func (p *Sockets) Received() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.read
	for conn := range p.open {
		sum += conn.ConnectionStats().BytesReceived
	}
	return sum
}

// Dropped is how many packets have arrived that a socket had no room for.
func (p *Sockets) Dropped() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.dropped
	for _, s := range p.all {
		sum += dropped(s.udp)
	}
	return sum
}

// Close implements fleet.Dialer.
func (p *Sockets) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.all {
		p.dropped += dropped(s.udp)
		_ = s.transport.Close() // its connections have ended
		_ = s.udp.Close()
	}
	p.all = nil
}
