package h2

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/gateway"
	"github.com/pushbench/pushbench/clients/http1"
)

// stream is one client's. Its first Read sends the request, so that whoever waits for the response can be told to leave.
type stream struct {
	dialer  *Dialer
	on      *shared
	client  uint32
	request *http.Request
	cancel  context.CancelFunc
	head    []byte        // of the response, what is not read yet of it
	body    io.ReadCloser // nil before the response
	ended   atomic.Bool   // by the server, or with the connection
	leave   sync.Once
}

// alone is a stream that has its connection for itself.
type alone struct{ *stream }

// SyscallConn implements syscall.Conn.
func (s alone) SyscallConn() (syscall.RawConn, error) { return s.on.socket.SyscallConn() }

// newStream translates the request of a client.
func newStream(d fleet.Dial) (*stream, error) {
	ctx, cancel := context.WithCancel(context.Background()) // of the stream's life, which Close ends
	request, err := gateway.Translate(ctx, d.Request, d.Target)
	if err != nil {
		cancel()
		return nil, err
	}
	return &stream{client: d.Client, request: request, cancel: cancel}, nil
}

// Read returns the response as one of HTTP/1.1.
func (s *stream) Read(b []byte) (int, error) {
	if s.body == nil {
		if err := s.begin(); err != nil {
			return 0, err
		}
	}
	if len(s.head) > 0 {
		n := copy(b, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	n, err := s.body.Read(b)
	if err != nil {
		s.ended.Store(true)
		_ = s.body.Close() // gives what was not read back to the connection's window
	}
	return n, err
}

// begin sends the request and takes the head of the response.
func (s *stream) begin() error {
	response, err := s.on.conn.RoundTrip(s.request) //nolint:bodyclose // Read closes it at its end
	if err != nil {
		if s.request.Context().Err() == nil {
			s.ended.Store(true)
			// A server that ends takes no more streams (GOAWAY) long before its connection closes.
			s.dialer.spend(s.on)
		}
		return err
	}
	s.head, s.body = http1.Head(response), response.Body
	return nil
}

// Write implements io.Writer: a stream has one request.
func (s *stream) Write([]byte) (int, error) {
	return 0, fmt.Errorf("another request on a stream of HTTP/2: %w", errors.ErrUnsupported)
}

// Close ends the stream, and leaves the connection to the others. Where there are none it goes with a client that leaves by
// itself: who takes its place is somebody else, with a connection of its own.
func (s *stream) Close() error {
	s.leave.Do(func() {
		if s.on.places == 1 && !s.ended.Load() {
			s.dialer.spend(s.on)
		}
		s.cancel()
		s.dialer.left(s.client, s.on)
		s.dialer.leave(s.on)
	})
	return nil
}
