package webtransport

import (
	"context"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/udp"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// serve runs a server that gives every session a stream with a greeting on it, and the function both.
func serve(t *testing.T, protocol string, session func(*webtransport.Session, *webtransport.SendStream)) wire.Target {
	t.Helper()
	return serveWith(t, nil, protocol, session)
}

func serveWith(t *testing.T, c *quic.Config, protocol string, session func(*webtransport.Session, *webtransport.SendStream)) wire.Target {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // its certificate is all that is wanted of it
	lender.Close()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s := &webtransport.Server{H3: &http3.Server{Handler: mux, QUICConfig: c, TLSConfig: http3.ConfigureTLSConfig(lender.TLS)}, ApplicationProtocols: []string{protocol}}
	mux.HandleFunc("/session", func(w http.ResponseWriter, r *http.Request) {
		c, err := s.Upgrade(w, r)
		if err != nil {
			return
		}
		stream, err := c.OpenUniStreamSync(c.Context())
		if err != nil {
			return
		}
		_, _ = stream.Write(frame(wire.Payload(wire.Stamp{}, 0)))
		session(c, stream)
	})
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(socket) })
	t.Cleanup(func() {
		_ = s.Close()
		_ = socket.Close()
		serving.Wait()
	})
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw})
	return wire.Target{Address: socket.LocalAddr().String(), Path: "/session", TLS: true, Certificate: string(certificate)}
}

func frame(p []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(p))), p...)
}

func message(seq uint64) []byte {
	return wire.Payload(wire.Stamp{Seq: seq, Intended: wire.Now()}, 64)
}

func newFleet(t *testing.T, c *Dialer) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(fleet.Options{Engine: fleet.Auto, Reader: fleet.Batched}, fleet.Client{
		Decoder: func() fleet.Decoder { return New() }, Dialer: c,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(f) })
	return f
}

func stop(f *fleet.Fleet) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f.Stop(ctx)
}

func ramp(t *testing.T, f *fleet.Fleet, to wire.Target, n int) error {
	t.Helper()
	return f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{to}, Connections: n, PerSecond: 2000, Agents: 1})
}

func collect(t *testing.T, f *fleet.Fleet, c wire.Collect) wire.Report {
	t.Helper()
	c.Timeout = patience
	r, err := f.Collect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAFleetSharesSockets(t *testing.T) {
	const clients = udp.ClientsPerSocket + 2
	target := serve(t, overStream, func(c *webtransport.Session, s *webtransport.SendStream) {
		_, _ = s.Write(frame(message(1)))
		<-c.Context().Done()
	})
	c := NewDialer()
	f := newFleet(t, c)
	if err := ramp(t, f, target, clients); err != nil {
		t.Fatal(err)
	}
	r := collect(t, f, wire.Collect{Through: 1})
	if r.Connections != clients || r.Received != clients || r.Lost != 0 {
		t.Errorf("%d connections, %d messages, %d lost", r.Connections, r.Received, r.Lost)
	}
	for _, metric := range []string{"tcp_connect", "response_head", "first_message", "handshake"} {
		if h, err := r.Histograms[metric].Decode(); err != nil || h.TotalCount() != clients {
			t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), clients, err)
		}
	}
	// The server's first packets of a handshake are padded to 1200 bytes (RFC 9000, section 14.1).
	if r.Bytes < clients*(1200+64) {
		t.Errorf("%d bytes read from sockets by %d clients", r.Bytes, clients)
	}
	if places := c.Places(); !slices.Equal(places, []int{udp.ClientsPerSocket, 2}) {
		t.Errorf("the sockets have %v clients", places)
	}
	stop(f)
	if places := c.Places(); len(places) != 0 {
		t.Errorf("sockets with %v clients are still open", places)
	}
	if r := collect(t, f, wire.Collect{Drained: true}); r.Closed != clients || r.Cut != 0 {
		t.Errorf("%d closed and %d cut, want %d and 0: %v", r.Closed, r.Cut, clients, r.Errors)
	}
}

// What a server says of the end of a session decides what the end was.
func TestHowSessionsEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    func(*webtransport.Session, *webtransport.SendStream)
		closed int
		says   string // of the one that is cut
	}{
		{"end of the stream", func(_ *webtransport.Session, s *webtransport.SendStream) { _ = s.Close() }, 1, ""},
		{"closed without an error", func(c *webtransport.Session, _ *webtransport.SendStream) { _ = c.CloseWithError(0, "bye") }, 1, ""},
		{"closed with one", func(c *webtransport.Session, _ *webtransport.SendStream) { _ = c.CloseWithError(2, "too slow") }, 0, "code 2: too slow"},
		{"within a frame", func(_ *webtransport.Session, s *webtransport.SendStream) {
			_, _ = s.Write([]byte{0, 0, 0, 9, 'x'})
			_ = s.Close()
		}, 0, "into a frame"},
		{"a frame too large", func(c *webtransport.Session, s *webtransport.SendStream) {
			_, _ = s.Write([]byte{255, 255, 255, 255})
			<-c.Context().Done()
		}, 0, "over the limit"},
	} {
		for _, protocol := range []string{overStream, overDatagrams} {
			t.Run(c.name+", "+protocol, func(t *testing.T) {
				greeted := make(chan struct{})
				target := serve(t, protocol, func(session *webtransport.Session, s *webtransport.SendStream) {
					select {
					case <-greeted:
						c.end(session, s)
					case <-session.Context().Done():
					}
				})
				f := newFleet(t, NewDialer())
				if err := ramp(t, f, target, 1); err != nil {
					t.Fatal(err)
				}
				close(greeted)
				r := collect(t, f, wire.Collect{Drained: true})
				var reasons strings.Builder
				for text := range r.Errors {
					reasons.WriteString(text)
				}
				if r.Closed != c.closed || r.Cut != 1-c.closed || !strings.Contains(reasons.String(), c.says) {
					t.Errorf("%d closed, %d cut, with %q; want %q", r.Closed, r.Cut, &reasons, c.says)
				}
				stop(f)
			})
		}
	}
}

// Datagrams that overtake what the server sent before them wait for it.
func TestDatagramsComeBehindTheStream(t *testing.T) {
	target := serve(t, overDatagrams, func(c *webtransport.Session, s *webtransport.SendStream) {
		_ = c.SendDatagram(message(3))
		_, _ = s.Write(frame(message(1)))
		_, _ = s.Write(frame(message(2)))
		_, _ = s.Write(frame(nil))
		_ = c.SendDatagram(nil) // a heartbeat
		_ = c.SendDatagram(message(4))
		<-c.Context().Done()
	})
	f := newFleet(t, NewDialer())
	if err := ramp(t, f, target, 1); err != nil {
		t.Fatal(err)
	}
	if r := collect(t, f, wire.Collect{Through: 4}); r.Received != 4 || r.Reordered != 0 || r.Lost != 0 {
		t.Errorf("%d of 4 messages, %d out of order, %d lost", r.Received, r.Reordered, r.Lost)
	}
	stop(f)
}

func TestRefusals(t *testing.T) {
	good := serve(t, overStream, func(c *webtransport.Session, _ *webtransport.SendStream) { <-c.Context().Done() })
	elsewhere, stranger, unknown := good, good, good
	elsewhere.Path = "/nowhere"
	stranger.Certificate = ""
	unknown.Address = "127.0.0.1"
	for _, c := range []struct {
		target wire.Target
		says   string
	}{
		{elsewhere, "refuses the session: status 404"},
		{stranger, "no certificate to trust"},
		{unknown, "missing port"},
	} {
		f := newFleet(t, NewDialer())
		if err := ramp(t, f, c.target, 2); err == nil || !strings.Contains(err.Error(), "2 of 2") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

// A server whose queue of connections is full refuses at once. That is no failure of a client, as it is none with TCP.
func TestWhoIsRefusedTriesAgain(t *testing.T) {
	var asked atomic.Int32
	config := &quic.Config{GetConfigForClient: func(*quic.ClientInfo) (*quic.Config, error) {
		if asked.Add(1) <= 3 { // packets: a client's first words are two
			return nil, errors.New("full")
		}
		return &quic.Config{EnableDatagrams: true, EnableStreamResetPartialDelivery: true}, nil
	}}
	target := serveWith(t, config, overStream, func(c *webtransport.Session, _ *webtransport.SendStream) { <-c.Context().Done() })
	f := newFleet(t, NewDialer())
	if err := ramp(t, f, target, 1); err != nil {
		t.Fatal(err)
	}
	r := collect(t, f, wire.Collect{})
	h, err := r.Histograms["tcp_connect"].Decode()
	if err != nil || h.TotalCount() != 1 || r.Failed != 0 {
		t.Errorf("%d connects, %d failed (%v)", h.TotalCount(), r.Failed, err)
	}
	if h.Min() < int64(udp.RefusedPause) {
		t.Errorf("the connect took %d ns, of which a pause is %v", h.Min(), udp.RefusedPause)
	}
}

func TestRequest(t *testing.T) {
	for _, c := range []struct {
		path  string
		after uint64
		want  string
	}{
		{"/session", wire.Live, "/session"},
		{"/session", 7, "/session?after=7"},
		{"/session?room=1", 7, "/session?room=1&after=7"},
	} {
		if got := string(New().Open(wire.Target{Path: c.path}, c.after)); got != c.want {
			t.Errorf("%s after %d: %s, want %s", c.path, c.after, got, c.want)
		}
	}
}
