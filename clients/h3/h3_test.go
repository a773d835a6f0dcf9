package h3_test

import (
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"
	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/h3"
	"github.com/pushbench/pushbench/clients/post"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// serve runs a server whose streams begin with a greeting and end as the function has it.
func serve(t *testing.T, end http.HandlerFunc) wire.Target {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // its certificate is all that is wanted of it
	lender.Close()
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http3.Server{TLSConfig: http3.ConfigureTLSConfig(lender.TLS), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "id: 0\ndata: %s\n\n", wire.Payload(wire.Stamp{}, 0))
		_ = http.NewResponseController(w).Flush()
		end(w, r)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.Serve(socket) })
	t.Cleanup(func() { _ = s.Close(); _ = socket.Close(); serving.Wait() })
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw})
	return wire.Target{Transport: "sse", Address: socket.LocalAddr().String(), Path: "/events", UDP: true, TLS: true, Certificate: string(certificate)}
}

// A stream that the server ends is told from one it cuts, each client has a connection for itself, and none is left.
func TestEnds(t *testing.T) {
	const clients = 3
	for name, c := range map[string]struct {
		end    http.HandlerFunc
		closed int
	}{
		"ended": {func(http.ResponseWriter, *http.Request) {}, clients},
		"cut":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			begun := make(chan struct{})
			target := serve(t, func(w http.ResponseWriter, r *http.Request) {
				<-begun
				c.end(w, r)
			})
			dialer := h3.New()
			f, err := fleet.New(fleet.Options{Engine: fleet.Auto, Reader: fleet.Batched}, fleet.Client{
				Decoder: func() fleet.Decoder { return sse.New() }, Post: func() fleet.Decoder { return post.New() }, Dialer: dialer,
			})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				ctx, cancel := context.WithTimeout(context.Background(), patience)
				defer cancel()
				f.Stop(ctx)
			}()
			if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: clients, Agents: 1}); err != nil {
				t.Fatal(err)
			}
			if places := dialer.Places(); len(places) != 1 || places[0] != clients {
				t.Errorf("the sockets have %v connections, want one with %d", places, clients)
			}
			close(begun)
			r, err := f.Collect(t.Context(), wire.Collect{Drained: true, Timeout: patience})
			if err != nil || r.Closed != c.closed || r.Cut != clients-c.closed {
				t.Errorf("of %d clients %d closed and %d cut, want %d closed (%v): %v", clients, r.Closed, r.Cut, c.closed, err, r.Errors)
			}
			if places := dialer.Places(); len(places) != 0 {
				t.Errorf("sockets with %v connections are still open", places)
			}
		})
	}
}
