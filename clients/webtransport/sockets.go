package webtransport

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/secure"
)

// clientsPerSocket share a UDP socket. QUIC tells its connections apart by their ids, so that the ports of a machine bound
// nothing, but packets for all of them wait in one receive buffer: 425 984 bytes where net.core.rmem_max is as Linux has it
// and the process may not exceed it, of which a packet of 1 252 bytes takes 2 304. One for each of 128 clients, who all get a
// broadcast at once, fits with a third to spare. quic-go asks for 7 MiB.
const clientsPerSocket = 128

// handshakeTimeout is how long a server may take to answer a packet of the handshake, as long as a fleet waits for a connect.
const handshakeTimeout = 10 * time.Second

// sockets are those of a fleet, with the QUIC connections on them.
type sockets struct {
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

// connect returns a connection whose handshake has ended.
func (p *sockets) connect(ctx context.Context, d fleet.Dial) (*quic.Conn, error) {
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
	p.open[conn] = s
	return conn, nil
}

// take finds a socket with a place, or opens one.
func (p *sockets) take() (*socket, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.all {
		if s.connections < clientsPerSocket {
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

// disconnect ends a connection and gives its place back.
func (p *sockets) disconnect(conn *quic.Conn) {
	_ = conn.CloseWithError(quic.ApplicationErrorCode(http3.ErrCodeNoError), "") // unless it has ended
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.open[conn]; s != nil {
		s.connections--
		p.read += conn.ConnectionStats().BytesReceived
		delete(p.open, conn)
	}
}

// Received implements fleet.Dialer: the UDP payload of all packets, those that carry no message too.
func (p *sockets) Received() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.read
	for conn := range p.open {
		sum += conn.ConnectionStats().BytesReceived
	}
	return sum
}

// Dropped is how many packets have arrived that a socket had no room for.
func (p *sockets) Dropped() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.dropped
	for _, s := range p.all {
		sum += dropped(s.udp)
	}
	return sum
}

// Close implements fleet.Dialer.
func (p *sockets) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.all {
		p.dropped += dropped(s.udp)
		_ = s.transport.Close() // its connections have ended
		_ = s.udp.Close()
	}
	p.all = nil
}
