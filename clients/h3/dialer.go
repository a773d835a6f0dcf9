// Package h3 carries clients over HTTP/3, each on a QUIC connection of its own, as the only tab of a browser has.
//
// It stands between the fleet, whose dialer it is, and UDP sockets, which many share (clients/udp). The decoder's HTTP/1.1
// request becomes that of a stream, and its response is handed back with a head of HTTP/1.1 (clients/gateway).
package h3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/gateway"
	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/udp"
)

// Dialer implements fleet.Dialer: a stream is one of HTTP/3.
type Dialer struct {
	udp.Sockets
	transport http3.Transport

	mu         sync.Mutex
	subscribed map[uint32]*http3.ClientConn // where each client's subscription is, by its number
}

// New returns a dialer for the clients of one fleet.
func New() *Dialer {
	return &Dialer{transport: http3.Transport{DisableCompression: true}, subscribed: map[uint32]*http3.ClientConn{}}
}

// Open implements fleet.Dialer. What a client says beside its subscription goes by streams of the same connection.
func (c *Dialer) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	if d.UplinkOnly {
		return gateway.Speak(d, trace, func() http.RoundTripper { return c.connectionOf(d.Client) })
	}
	return c.Sockets.Open(ctx, d, trace, func(conn *quic.Conn) (io.ReadWriteCloser, error) { return c.subscribe(ctx, d, conn) })
}

// connectionOf is where a client's subscription is; nil: it has none now.
func (c *Dialer) connectionOf(client uint32) http.RoundTripper {
	c.mu.Lock()
	defer c.mu.Unlock()
	if on := c.subscribed[client]; on != nil {
		return on
	}
	return nil
}

// subscribe sends the request and takes the head of the response. The context bounds that, and not the stream.
func (c *Dialer) subscribe(opening context.Context, d fleet.Dial, conn *quic.Conn) (io.ReadWriteCloser, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(opening))
	defer context.AfterFunc(opening, cancel)()
	request, err := gateway.Translate(ctx, d.Request, d.Target)
	if err != nil {
		cancel()
		return nil, err
	}
	on := c.transport.NewClientConn(conn)
	response, err := on.RoundTrip(request) //nolint:bodyclose // the end of the connection is the body's
	if err != nil {
		cancel()
		return nil, err
	}
	c.mu.Lock()
	c.subscribed[d.Client] = on
	c.mu.Unlock()
	leave := sync.OnceFunc(func() {
		cancel()
		c.mu.Lock()
		if c.subscribed[d.Client] == on { // it may be on another by now
			delete(c.subscribed, d.Client)
		}
		c.mu.Unlock()
		c.Disconnect(conn)
	})
	return &stream{head: http1.Head(response), body: response.Body, leave: leave}, nil
}

// stream is one client's.
type stream struct {
	head  []byte // of the response, what is not read yet of it
	body  io.Reader
	leave func()
}

// Read returns the response as one of HTTP/1.1.
func (s *stream) Read(b []byte) (int, error) {
	if len(s.head) > 0 {
		n := copy(b, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	return s.body.Read(b)
}

// Write implements io.Writer: a stream has one request.
func (s *stream) Write([]byte) (int, error) {
	return 0, fmt.Errorf("another request on a stream of HTTP/3: %w", errors.ErrUnsupported)
}

// Close ends the stream, and the connection that it has for itself.
func (s *stream) Close() error {
	s.leave()
	return nil
}
