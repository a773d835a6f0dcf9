package servers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/ports"
	"github.com/pushbench/pushbench/servers/hub"
)

// bound is a lane at its address, before it serves.
type bound struct {
	address net.Addr
	serve   func(context.Context, *hub.Hub, Params) error
}

// bind opens what the lane serves from: a listener, or a UDP socket.
func (l Lane) bind(ctx context.Context, address string, unacked time.Duration) (bound, error) {
	if l.UDP {
		return l.bindUDP(ctx, address)
	}
	listener, err := listen(ctx, address, unacked)
	if err != nil {
		return bound{}, err
	}
	return bound{listener.Addr(), func(ctx context.Context, h *hub.Hub, p Params) error {
		if p.TLS != nil {
			listener = tls.NewListener(listener, p.TLS)
		}
		return l.Serve(ctx, listener, h, p)
	}}, nil
}

func (l Lane) bindUDP(ctx context.Context, address string) (bound, error) {
	var config net.ListenConfig
	socket, err := take(ctx, address, func(address string) (net.PacketConn, error) { return config.ListenPacket(ctx, "udp", address) })
	if err != nil {
		return bound{}, taken(address, err)
	}
	return bound{socket.LocalAddr(), func(ctx context.Context, h *hub.Hub, p Params) error {
		return l.ServeUDP(ctx, socket, h, p)
	}}, nil
}

// listen opens a listener with the socket options all lanes share.
func listen(ctx context.Context, address string, unacked time.Duration) (net.Listener, error) {
	config := net.ListenConfig{Control: socketOptions(unacked)}
	l, err := take(ctx, address, func(address string) (net.Listener, error) { return config.Listen(ctx, "tcp", address) })
	if err != nil {
		return nil, taken(address, err)
	}
	return l, nil
}

// A process that was killed may hold its address for a moment longer. So may a client that reconnects have the port as its own,
// where the range of outgoing connections leaves no other.
const (
	bindPatience = 2 * time.Second
	bindEvery    = 10 * time.Millisecond
)

// take listens on an address. One that is in use is asked for again until it is free, within bindPatience. Port 0 is one that the
// next server at this address finds free again.
func take[T any](ctx context.Context, address string, listen func(address string) (T, error)) (T, error) {
	if host, port, err := net.SplitHostPort(address); err == nil && port == "0" {
		return ports.Listen(host, listen)
	}
	over := time.After(bindPatience)
	for {
		l, err := listen(address)
		if !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
		select {
		case <-time.After(bindEvery):
		case <-over:
			return l, fmt.Errorf("%w for %v", err, bindPatience)
		case <-ctx.Done():
			return l, context.Cause(ctx)
		}
	}
}

func taken(address string, err error) error {
	if _, port, split := net.SplitHostPort(address); split == nil && port == "0" && errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("listen on %s: %w: no port of net.ipv4.ip_local_port_range is free, and none outside it: widen it with sysctl -w, or end what holds them", address, err)
	}
	return fmt.Errorf("listen on %s: %w: choose another --listen address, or port 0 for a free one", address, err)
}
