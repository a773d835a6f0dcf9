// Package webtransport carries clients over WebTransport on HTTP/3, with github.com/quic-go/webtransport-go.
//
// It stands between the fleet, whose dialer it is, and UDP sockets, which many share (sockets.go): a client gets a QUIC
// connection and a session of its own, and in it the stream the server opens. What comes is frames, by the stream or as
// datagrams (datagrams.go), and the decoder is that of the floor with another request (decoder.go).
package webtransport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/clients/fleet"
)

// Dialer implements fleet.Dialer: a stream is a session's.
type Dialer struct {
	sockets
	sessions webtransport.Transport
}

// What a server may speak in a session, which it says when that begins (draft-ietf-webtrans-http3, WT-Protocol).
const (
	overStream    = "stream"
	overDatagrams = "datagrams"
)

// NewDialer returns a dialer for the clients of one fleet.
func NewDialer() *Dialer {
	return &Dialer{
		sockets:  sockets{open: map[*quic.Conn]*socket{}},
		sessions: webtransport.Transport{ApplicationProtocols: []string{overStream, overDatagrams}},
	}
}

// Open implements fleet.Dialer. A client counts as connected when its first QUIC handshake has ended, of which TLS is a part,
// and as answered when it has a session. One that is refused tries again, and its wait is part of its handshake.
func (c *Dialer) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	connected := sync.OnceFunc(trace.Connected)
	for {
		s, err := c.try(ctx, d, connected, trace.Answered)
		if !refused(err) {
			return s, err
		}
		select {
		case <-time.After(refusedPause):
		case <-ctx.Done():
			return nil, err
		}
	}
}

// refusedPause is how long a client waits that was refused. A quic-go server refuses at once when 32 connections wait to be
// accepted, a constant of its own, some of them behind their handshake; where a TCP server's backlog is full, the client's
// kernel tries again, after a second.
const refusedPause = 100 * time.Millisecond

func refused(err error) bool {
	var failed *quic.TransportError
	return errors.As(err, &failed) && failed.Remote && failed.ErrorCode == quic.ConnectionRefused
}

func (c *Dialer) try(ctx context.Context, d fleet.Dial, connected, answered func()) (io.ReadWriteCloser, error) {
	conn, err := c.connect(ctx, d)
	if err != nil {
		return nil, err
	}
	connected()
	s, err := c.subscribe(ctx, conn, "https://"+d.Target.Address+string(d.Request), answered)
	if err != nil {
		c.disconnect(conn)
		return nil, err
	}
	return s, nil
}

// subscribe begins the session and takes the stream in it.
func (c *Dialer) subscribe(ctx context.Context, conn *quic.Conn, url string, answered func()) (*stream, error) {
	client, err := c.sessions.NewClientConn(conn)
	if err != nil {
		return nil, err
	}
	answer, session, err := client.Dial(ctx, url, nil) //nolint:bodyclose // the answer to a CONNECT has none
	if answer != nil && session == nil {
		return nil, Refused(answer.StatusCode)
	}
	if err != nil {
		return nil, err
	}
	answered()
	in, err := session.AcceptUniStream(ctx)
	if err != nil {
		return nil, ended(err)
	}
	read := io.NopCloser(io.Reader(in)) // it ends with the session
	if session.SessionState().ApplicationProtocol == overDatagrams {
		read = withDatagrams(session, in)
	}
	return &stream{
		ReadCloser: read,
		leave: func() {
			_ = session.CloseWithError(0, "") // unless it has ended
			c.disconnect(conn)
		},
	}, nil
}

// Refused is the status with which a server answers in place of a session.
type Refused int

func (r Refused) Error() string {
	return fmt.Sprintf("the server refuses the session: status %d", int(r))
}

// Status is that of the answer.
func (r Refused) Status() int { return int(r) }

// stream is what one client reads.
type stream struct {
	io.ReadCloser
	leave func()
}

func (s *stream) Read(b []byte) (int, error) {
	n, err := s.ReadCloser.Read(b)
	return n, ended(err)
}

// Write has nothing to write to: a subscriber has nothing more to say.
func (s *stream) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func (s *stream) Close() error {
	err := s.ReadCloser.Close()
	s.leave()
	return err
}

// ended tells the clean ends of a session: that of its stream, and that the server closed it, or the connection, without an
// error. Of others it quotes the server.
func ended(err error) error {
	var session *webtransport.SessionError
	var connection *quic.ApplicationError
	switch {
	case errors.As(err, &session) && session.Remote && session.ErrorCode == 0:
		return io.EOF
	case errors.As(err, &session) && session.Remote:
		return fmt.Errorf("the server closed the session with code %d: %s", session.ErrorCode, session.Message)
	case errors.As(err, &connection) && connection.Remote && (connection.ErrorCode == 0 || connection.ErrorCode == quic.ApplicationErrorCode(http3.ErrCodeNoError)):
		return io.EOF
	default:
		return err
	}
}
