// Package webtransport carries clients over WebTransport on HTTP/3, with github.com/quic-go/webtransport-go.
//
// It stands between the fleet, whose dialer it is, and UDP sockets, which many share (clients/udp): a client gets a QUIC
// connection and a session of its own, and in it the stream the server opens. What comes is frames, by the stream or as
// datagrams (datagrams.go), and the decoder is that of the floor with another request (decoder.go).
package webtransport

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/udp"
)

// Dialer implements fleet.Dialer: a stream is a session's.
type Dialer struct {
	udp.Sockets
	sessions webtransport.Transport
}

// What a server may speak in a session, which it says when that begins (draft-ietf-webtrans-http3, WT-Protocol).
const (
	overStream    = "stream"
	overDatagrams = "datagrams"
)

// NewDialer returns a dialer for the clients of one fleet.
func NewDialer() *Dialer {
	return &Dialer{sessions: webtransport.Transport{ApplicationProtocols: []string{overStream, overDatagrams}}}
}

// Open implements fleet.Dialer. A client counts as answered when it has a session.
func (c *Dialer) Open(ctx context.Context, d fleet.Dial, trace fleet.ConnectionTrace) (io.ReadWriteCloser, error) {
	return c.Sockets.Open(ctx, d, trace, func(conn *quic.Conn) (io.ReadWriteCloser, error) {
		return c.subscribe(ctx, conn, "https://"+d.Target.Address+string(d.Request), trace.Answered)
	})
}

// subscribe begins the session and takes the stream in it.
func (c *Dialer) subscribe(ctx context.Context, conn *quic.Conn, url string, answered func()) (io.ReadWriteCloser, error) {
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
			c.Disconnect(conn)
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
