package webtransport

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/tcp"
)

const patience = 20 * time.Second

// server is one that runs in this process, on a real socket.
type server struct {
	hub     *hub.Hub
	address string
	trust   *tls.Config
	stop    context.CancelFunc
	ended   chan error
}

func start(t *testing.T, v Variant) *server {
	t.Helper()
	keys := httptest.NewTLSServer(nil) // for its certificate, which is 127.0.0.1's
	keys.Close()
	pool := x509.NewCertPool()
	pool.AddCert(keys.Certificate())
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{
		hub: hub.New(hub.Config{
			History: 64, Encode: tcp.Encode, Greet: func(seq uint64) []byte { return fmt.Appendf(nil, "after %d", seq) },
		}),
		address: socket.LocalAddr().String(), trust: &tls.Config{RootCAs: pool, NextProtos: []string{http3.NextProtoH3}},
		stop: cancel, ended: make(chan error, 1),
	}
	go func() {
		s.ended <- Serve(ctx, socket, s.hub, v, Options{
			Path: "/session", Policy: hub.Policy{Lag: hub.Disconnect}, TLS: &tls.Config{Certificates: keys.TLS.Certificates},
		})
	}()
	t.Cleanup(s.hub.Close)
	t.Cleanup(cancel)
	return s
}

// end stops the server and waits for it.
func (s *server) end(t *testing.T) {
	t.Helper()
	s.stop()
	select {
	case err := <-s.ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Error("the server did not end")
	}
}

// subscriber is a client as webtransport-go's documentation has it.
type subscriber struct {
	*webtransport.Session
	stream *webtransport.ReceiveStream
}

func (s *server) dial(t *testing.T, query string) (status int, session *webtransport.Session, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	d := webtransport.Transport{
		ApplicationProtocols: []string{"datagrams", "stream"},
		TLSClientConfig:      s.trust, QUICConfig: &quic.Config{EnableDatagrams: true, EnableStreamResetPartialDelivery: true},
	}
	answer, session, err := d.Dial(ctx, "https://"+s.address+"/session"+query, nil) //nolint:bodyclose // a session has none
	if answer != nil {
		status = answer.StatusCode
	}
	return status, session, err
}

func (s *server) subscribe(t *testing.T, query string) *subscriber {
	t.Helper()
	_, session, err := s.dial(t, query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.CloseWithError(0, "") })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	stream, err := session.AcceptUniStream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &subscriber{session, stream}
}

// frame reads the payload of the next.
func (s *subscriber) frame(t *testing.T) string {
	t.Helper()
	var size [4]byte
	if _, err := io.ReadFull(s.stream, size[:]); err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(s.stream, payload); err != nil {
		t.Fatal(err)
	}
	return string(payload)
}

func (s *subscriber) datagram(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b, err := s.ReceiveDatagram(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func want(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Fatalf("got %.40q, want %.40q", got, want)
	}
}

func TestStreamsResume(t *testing.T) {
	s := start(t, Streams())
	for _, text := range []string{"one", "two"} {
		s.hub.Publish([]byte(text))
	}
	late := s.subscribe(t, "?after=1")
	want(t, late.frame(t), "after 1")
	want(t, late.frame(t), "two")
	if chosen := late.SessionState().ApplicationProtocol; chosen != "stream" {
		t.Errorf("%q was chosen", chosen)
	}
	live := s.subscribe(t, "")
	want(t, live.frame(t), "after 2")
	s.hub.Publish([]byte("three"))
	want(t, late.frame(t), "three")
	want(t, live.frame(t), "three")
}

// What had been published before the greeting is not left to datagrams, and what none can carry neither.
func TestDatagramsBeginBehindTheStream(t *testing.T) {
	s := start(t, Datagrams())
	for _, text := range []string{"one", "two"} {
		s.hub.Publish([]byte(text))
	}
	c := s.subscribe(t, "?after=0")
	for _, text := range []string{"after 0", "one", "two"} {
		want(t, c.frame(t), text)
	}
	s.hub.Publish([]byte("three"))
	want(t, c.frame(t), "")
	want(t, c.datagram(t), "three")
	large := strings.Repeat("large ", 1000)
	s.hub.Publish([]byte(large))
	want(t, c.frame(t), large)
	s.hub.Publish([]byte("five"))
	want(t, c.datagram(t), "five")
}

func TestRequestsAreRefused(t *testing.T) {
	s := start(t, Streams())
	if status, _, err := s.dial(t, "?after=never"); err == nil || status != http.StatusBadRequest {
		t.Errorf("after=never is answered %d, %v", status, err)
	}
	plain := &http3.Transport{TLSClientConfig: s.trust}
	defer plain.Close()
	answer, err := (&http.Client{Transport: plain}).Get("https://" + s.address + "/session")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "CONNECT") {
		t.Errorf("a request that is no session's is answered %s: %s", answer.Status, text)
	}
}

// closed waits for the server's end of a session.
func closed(t *testing.T, c *webtransport.Session) *webtransport.SessionError {
	t.Helper()
	select {
	case <-c.Context().Done():
	case <-time.After(patience):
		t.Fatal("the session is still there")
	}
	for {
		_, err := c.AcceptUniStream(t.Context())
		var closing *webtransport.SessionError
		switch {
		case errors.As(err, &closing) && closing.Remote:
			return closing
		case err != nil:
			t.Fatalf("the session ended with %v", err)
		}
	}
}

func TestWhoLagsIsToldSo(t *testing.T) {
	s := start(t, Streams())
	for i := range 1000 {
		s.hub.Publish(fmt.Append(nil, i))
	}
	_, session, err := s.dial(t, "?after=1")
	if err != nil {
		t.Fatal(err)
	}
	if closing := closed(t, session); closing.ErrorCode != codeLagged || closing.Message != hub.ErrLagged.Error() {
		t.Errorf("the session was closed with %d %q", closing.ErrorCode, closing.Message)
	}
}

// A client that reads the end of its stream and stays is sent away.
func TestTheServerClosesASessionThatIsNot(t *testing.T) {
	s := start(t, Streams())
	c := s.subscribe(t, "")
	want(t, c.frame(t), "after 0")
	s.hub.Cut()
	if _, err := c.stream.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatalf("the stream ended with %v", err)
	}
	if closing := closed(t, c.Session); closing.ErrorCode != codeEnded || closing.Message != hub.ErrCut.Error() {
		t.Errorf("the session was closed with %d %q", closing.ErrorCode, closing.Message)
	}
}

// A client that takes nothing holds up its own delivery, and not the end of the server.
func TestAStalledClientDoesNotHoldTheServer(t *testing.T) {
	for name, v := range map[string]Variant{"streams": Streams(), "datagrams": Datagrams()} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			s := start(t, v)
			stalled, reads := s.subscribe(t, ""), s.subscribe(t, "")
			want(t, stalled.frame(t), "after 0")
			want(t, reads.frame(t), "after 0")
			large := strings.Repeat("x", 100_000)
			for i := range 50 { // 5 MB: ten times the window of a stream that nobody reads
				s.hub.Publish([]byte(large))
				if i == 0 && name == "datagrams" {
					want(t, reads.frame(t), "")
				}
				want(t, reads.frame(t), large)
			}
			_ = reads.CloseWithError(0, "")
			s.end(t)
			_ = stalled.CloseWithError(0, "")
		})
	}
}
