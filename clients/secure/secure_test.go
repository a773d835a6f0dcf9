package secure_test

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/secure"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// serve runs a TLS server whose every connection sends a greeting and a message in the floor's framing, and then ends as
// the function says, which is told the number of the connection.
func serve(t *testing.T, end func(number int, conn *tls.Conn)) wire.Target {
	t.Helper()
	// Its certificate is all that is wanted of it.
	lender := httptest.NewUnstartedServer(nil)
	lender.StartTLS()
	lender.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS13})
	if err != nil {
		t.Fatal(err)
	}
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for number := 0; ; number++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() {
				defer conn.Close()
				var request [8]byte
				if _, err := io.ReadFull(conn, request[:]); err != nil {
					return
				}
				after := binary.BigEndian.Uint64(request[:])
				if after == wire.Live {
					after = 0
				}
				conn.Write(frame(wire.Payload(wire.Stamp{Seq: after}, 0)))
				conn.Write(frame(wire.Payload(wire.Stamp{Seq: after + 1, Intended: wire.Now()}, 64)))
				end(number, conn.(*tls.Conn))
			})
		}
	})
	t.Cleanup(func() { l.Close(); handlers.Wait() })
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw})
	return wire.Target{Transport: "tcp", Address: l.Addr().String(), TLS: true, Certificate: string(certificate)}
}

func frame(p []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(p))), p...)
}

func hold(_ int, conn *tls.Conn) { io.Copy(io.Discard, conn) }

func newFleet(t *testing.T) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(fleet.Options{Engine: fleet.Auto, Reader: fleet.Batched}, fleet.Client{
		Decoder: func() fleet.Decoder { return tcp.New() }, Dialer: secure.New(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		f.Stop(ctx)
	})
	return f
}

func ramp(t *testing.T, f *fleet.Fleet, to wire.Target, n int) error {
	t.Helper()
	return f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{to}, Connections: n, PerSecond: 2000, Agents: 1})
}

func collect(t *testing.T, f *fleet.Fleet, through uint64) wire.Report {
	t.Helper()
	r, err := f.Collect(t.Context(), wire.Collect{Through: through, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func counted(t *testing.T, r wire.Report, metric string) int {
	t.Helper()
	h, err := r.Histograms[metric].Decode()
	if err != nil {
		t.Fatal(err)
	}
	return int(h.TotalCount())
}

func TestAFleetWithinTLS(t *testing.T) {
	const clients = 8
	f := newFleet(t)
	if err := ramp(t, f, serve(t, hold), clients); err != nil {
		t.Fatal(err)
	}
	r := collect(t, f, 1)
	if r.Connections != clients || r.Received != clients || r.TLSHandshakes != clients || r.TLSResumed != 0 {
		t.Errorf("%d connections, %d messages, %d handshakes, %d resumed", r.Connections, r.Received, r.TLSHandshakes, r.TLSResumed)
	}
	for _, metric := range []string{"tcp_connect", "tls_handshake", "response_head", "first_message", "handshake"} {
		if n := counted(t, r, metric); n != clients {
			t.Errorf("%s was recorded %d times, want %d", metric, n, clients)
		}
	}
	// A record adds 22 bytes to each frame (RFC 8446, section 5.2), and a handshake has a certificate.
	if least := uint64(clients * (300 + 4 + 16 + 22 + 4 + 64 + 22)); r.Bytes < least {
		t.Errorf("%d bytes read from sockets, want %d at least", r.Bytes, least)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	f.Stop(ctx)
	if r := collect(t, f, 1); r.Closed != clients || r.Cut != 0 {
		t.Errorf("%d closed and %d cut, want %d and 0: %v", r.Closed, r.Cut, clients, r.Errors)
	}
}

// Who comes back goes on with its session if it may; who is new has none to go on with.
func TestOnlyWhoComesBackResumes(t *testing.T) {
	const clients = 4
	for _, resume := range []bool{true, false} {
		target := serve(t, func(number int, conn *tls.Conn) {
			if number >= clients {
				hold(number, conn)
			}
		})
		target.Resume = resume
		f := newFleet(t)
		f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: time.Millisecond}})
		if err := ramp(t, f, target, clients); err != nil {
			t.Fatal(err)
		}
		r := collect(t, f, 2)
		want := 0
		if resume {
			want = clients
		}
		if r.Returned != clients || r.TLSHandshakes != 2*clients || r.TLSResumed != want {
			t.Errorf("resume %v: %d returned, %d handshakes, %d resumed, want %d: %v", resume, r.Returned, r.TLSHandshakes, r.TLSResumed, want, r.Errors)
		}
		if full, resumed := counted(t, r, "tls_handshake"), counted(t, r, "tls_resumption"); resumed != want || full != 2*clients-want {
			t.Errorf("resume %v: %d full and %d resumed were timed", resume, full, resumed)
		}
		if r.Closed != clients || r.Cut > 0 {
			t.Errorf("resume %v: %d closed and %d cut: %v", resume, r.Closed, r.Cut, r.Errors)
		}
	}
}

func TestAReplacedClientDoesNotResume(t *testing.T) {
	target := serve(t, hold)
	target.Resume = true
	f := newFleet(t)
	f.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: 20 * time.Millisecond}})
	if err := ramp(t, f, target, 2); err != nil {
		t.Fatal(err)
	}
	var sum wire.Counts
	for deadline := time.Now().Add(patience); sum.Left < 4; sum.Add(collect(t, f, 0).Counts) {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", sum)
		}
	}
	if sum.TLSHandshakes < 4 || sum.TLSResumed != 0 {
		t.Errorf("%d handshakes, %d of them resumed", sum.TLSHandshakes, sum.TLSResumed)
	}
}

func TestWhatTLSRefuses(t *testing.T) {
	good := serve(t, hold)
	stranger := good
	stranger.Certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("another")}))
	none := good
	none.Certificate = ""
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("no TLS is spoken here"))
			conn.Close()
		}
	}()
	clear := good
	clear.Address = l.Addr().String()
	for _, c := range []struct {
		name   string
		target wire.Target
		says   string
	}{
		{"another certificate", stranger, "not the one of its ready line"},
		{"no certificate", none, "no certificate to trust"},
		{"no TLS", clear, "does not look like a TLS handshake"},
	} {
		if err := ramp(t, newFleet(t), c.target, 2); err == nil || !strings.Contains(err.Error(), "2 of 2") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}
