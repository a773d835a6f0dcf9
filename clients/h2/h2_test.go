package h2_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/h2"
	"github.com/pushbench/pushbench/clients/post"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

const patience = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server has HTTP/2 in clear, and knows its connections.
type server struct {
	http.Server
	target wire.Target
	mu     sync.Mutex
	opened int
	open   map[net.Conn]bool
}

func serve(t *testing.T, streams int, handler http.HandlerFunc) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	s := &server{open: map[net.Conn]bool{}}
	s.Handler, s.Protocols = handler, &protocols
	ctx, cancel := context.WithCancel(context.Background())
	s.BaseContext = func(net.Listener) context.Context { return ctx }
	s.ConnState = func(c net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		switch state {
		case http.StateNew:
			s.opened++
			s.open[c] = true
		case http.StateClosed:
			delete(s.open, c)
		}
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() { cancel(); s.Close(); <-served })
	s.target = wire.Target{Transport: "sse", Address: l.Addr().String(), Path: "/events", Streams: streams}
	return s
}

func (s *server) connections() (opened, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, len(s.open)
}

// event is a message as the lanes send it.
func event(seq uint64, size int) string {
	p := wire.Payload(wire.Stamp{Seq: seq, Intended: wire.Now()}, size)
	return fmt.Sprintf("id: %d\ndata: %s\n\n", seq, p)
}

// greet confirms a subscription.
func greet(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "id: 0\ndata: %s\n\n", wire.Payload(wire.Stamp{}, 0))
	http.NewResponseController(w).Flush()
}

func newFleet(t *testing.T) *fleet.Fleet {
	t.Helper()
	f, err := fleet.New(fleet.Options{Engine: fleet.Auto, Reader: fleet.Batched}, fleet.Client{
		Decoder: func() fleet.Decoder { return sse.New() }, Post: func() fleet.Decoder { return post.New() }, Dialer: h2.New(),
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

// ramp opens n more clients behind the first ones, all at once: those that share a connection wait for one to open it.
func ramp(t *testing.T, f *fleet.Fleet, to wire.Target, first, n int) error {
	t.Helper()
	return f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{to}, First: first, Connections: n, Agents: 1})
}

func collect(t *testing.T, f *fleet.Fleet, through uint64) wire.Report {
	t.Helper()
	r, err := f.Collect(t.Context(), wire.Collect{Through: through, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// await waits until something that is asynchronous has come about.
func await(t *testing.T, what string, enough func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !enough(); {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

// Exactly as many subscriptions are on each connection as the target says, the last one has the rest, and who leaves makes
// room.
func TestSubscriptionsShareConnections(t *testing.T) {
	for _, c := range []struct{ streams, clients, connections int }{{1, 4, 4}, {6, 12, 2}, {6, 13, 3}, {250, 251, 2}} {
		t.Run(fmt.Sprintf("%d on %d", c.clients, c.connections), func(t *testing.T) {
			s := serve(t, c.streams, func(w http.ResponseWriter, r *http.Request) {
				greet(w)
				<-r.Context().Done()
			})
			f := newFleet(t)
			if err := ramp(t, f, s.target, 0, c.clients); err != nil {
				t.Fatal(err)
			}
			if opened, _ := s.connections(); opened != c.connections {
				t.Errorf("%d connections, want %d", opened, c.connections)
			}
			r := collect(t, f, 0)
			h, err := r.Histograms["tcp_connect"].Decode()
			if err != nil || int(h.TotalCount()) != c.connections {
				t.Errorf("%d connects were timed, want %d (%v)", h.TotalCount(), c.connections, err)
			}
			if r.Connections != c.clients || r.Bytes == 0 {
				t.Errorf("%d subscriptions, want %d; %d bytes read", r.Connections, c.clients, r.Bytes)
			}
			stop(f)
			if r := collect(t, f, 0); r.Closed != c.clients || r.Cut > 0 {
				t.Errorf("%d closed and %d cut: %v", r.Closed, r.Cut, r.Errors)
			}
			await(t, "connections stay open behind the fleet", func() bool { _, open := s.connections(); return open == 0 })
		})
	}
}

// A client that is sent away comes back on the connection it was on; one whose server refuses more streams opens another.
func TestWhoComesBackSharesAgain(t *testing.T) {
	const clients = 4
	var mu sync.Mutex
	resumed := map[string]int{}
	s := serve(t, clients, func(w http.ResponseWriter, r *http.Request) {
		greet(w)
		mu.Lock()
		again := r.Header.Get("Last-Event-ID")
		resumed[again]++
		mu.Unlock()
		if again == "" {
			io.WriteString(w, event(1, 64)) // and the stream ends
			return
		}
		<-r.Context().Done()
	})
	f := newFleet(t)
	f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: time.Millisecond}})
	if err := ramp(t, f, s.target, 0, clients); err != nil {
		t.Fatal(err)
	}
	var sum wire.Counts
	await(t, "not all came back", func() bool {
		sum.Add(collect(t, f, 1).Counts)
		return sum.Returned == clients
	})
	if sum.Closed != clients || sum.Cut > 0 || sum.Duplicated > 0 {
		t.Errorf("%+v", sum)
	}
	mu.Lock()
	if resumed["1"] != clients {
		t.Errorf("resumed after %v, want after 1", resumed)
	}
	mu.Unlock()
	if opened, _ := s.connections(); opened != 1 {
		t.Errorf("%d connections were opened, want the one they share", opened)
	}
}

// A client that stops reading holds up neither those on its connection nor itself once it reads again.
func TestAStalledStreamHoldsUpNobody(t *testing.T) {
	const clients, messages, size = 6, 40, 200_000 // 8 MB for each: more than a stream's window and all buffers of sockets
	begin := make(chan struct{})
	s := serve(t, clients, func(w http.ResponseWriter, r *http.Request) {
		greet(w)
		<-begin
		control := http.NewResponseController(w)
		for seq := uint64(1); seq <= messages; seq++ {
			if _, err := io.WriteString(w, event(seq, size)); err != nil {
				return
			}
			control.Flush()
		}
		<-r.Context().Done()
	})
	f := newFleet(t)
	if err := ramp(t, f, s.target, 0, clients); err != nil {
		t.Fatal(err)
	}
	f.Profile(t.Context(), wire.Profile{Slow: wire.Slow{Share: 0.2}}) // stops after a read
	close(begin)
	r := collect(t, f, messages)
	if r.Slow == 0 || r.Slow == clients {
		t.Fatalf("%d of %d clients are slow: the test compares both kinds", r.Slow, clients)
	}
	if want := uint64((clients - r.Slow) * messages); r.Expected != want || r.Received != want || r.Lost > 0 {
		t.Errorf("%d of %d messages arrived at those that read, want %d", r.Received, r.Expected, want)
	}
	if r.SlowReceived == messages {
		t.Error("the slow client has read everything")
	}
}

// The network of a client alone on its connection can be cut without the server being told; one that shares a connection
// leaves it, and the server hears of that.
func TestBlackholedClients(t *testing.T) {
	const clients = 4
	for _, streams := range []int{1, clients} {
		s := serve(t, streams, func(w http.ResponseWriter, r *http.Request) {
			greet(w)
			<-r.Context().Done()
		})
		f := newFleet(t)
		if err := ramp(t, f, s.target, 0, clients); err != nil {
			t.Fatal(err)
		}
		f.Blackhole(t.Context(), wire.Blackhole{Share: 0.5})
		want := clients / 2
		if streams > 1 {
			want = 0
		}
		await(t, fmt.Sprintf("%d on a connection: not %d of them are blackholed", streams, want), func() bool {
			r := collect(t, f, 0)
			return r.Blackholed == want && r.Connections == clients/2
		})
	}
	s := serve(t, 1, func(w http.ResponseWriter, r *http.Request) {
		greet(w)
		<-r.Context().Done()
	})
	f := newFleet(t)
	f.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: 20 * time.Millisecond}})
	if err := ramp(t, f, s.target, 0, 2); err != nil {
		t.Fatal(err)
	}
	left := 0
	await(t, "nobody leaves", func() bool { left += collect(t, f, 0).Left; return left >= 4 })
	f.Profile(t.Context(), wire.Profile{})
	await(t, "connections of clients that left stay open", func() bool { _, open := s.connections(); return open <= 2 })
	if opened, _ := s.connections(); opened < left {
		t.Errorf("%d connections for %d clients and those that came after them", opened, left)
	}
}

// What clients say goes over the connections their subscriptions are on, each message a stream that is answered, and takes no
// place of a subscription's.
func TestPostsShareTheSubscriptionsConnections(t *testing.T) {
	const clients, each, streams = 7, 10, 3
	var received atomic.Int64
	var from sync.Map // addresses of connections that carry posts
	s := serve(t, streams, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			greet(w)
			<-r.Context().Done()
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if len(body) > 0 {
			received.Add(1)
		}
		from.Store(r.RemoteAddr, true)
		if received.Load()%2 == 0 { // an answer may have a body
			io.WriteString(w, "thank you")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	f := newFleet(t)
	if err := ramp(t, f, s.target, 0, clients); err != nil {
		t.Fatal(err)
	}
	if err := f.OpenUplinks(t.Context(), wire.OpenUplinks{Agents: 1}); err != nil {
		t.Fatal(err)
	}
	if r := collect(t, f, 0); r.UplinksOpen != 0 || r.UplinksWritten != 0 {
		t.Errorf("%+v before a client has sent a message: what is shared is not one more connection", r.Counts)
	}
	if err := f.Send(t.Context(), wire.Send{Rate: 200, Count: each, Size: 100}); err != nil {
		t.Fatal(err)
	}
	u := collect(t, f, 0).Counts
	if u.UplinksDue != clients*each || u.UplinksConfirmed != u.UplinksDue || u.UplinksUnasked > 0 || received.Load() != clients*each || u.UplinksWritten < 100*u.UplinksDue {
		t.Errorf("%+v, and the server received %d messages", u, received.Load())
	}
	connections := 0
	from.Range(func(any, any) bool { connections++; return true })
	if opened, _ := s.connections(); opened != 3 || connections != 3 {
		t.Errorf("%d connections were opened, posts came on %d; want 3", opened, connections)
	}
	if err := f.CloseUplinks(t.Context(), wire.Nothing{}); err != nil {
		t.Fatal(err)
	}
	if r := collect(t, f, 0); r.Connections != clients || r.Closed+r.Cut > 0 || len(r.Errors) > 0 {
		t.Errorf("behind the last message: %+v, %v", r.Counts, r.Errors)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		says    string
	}{
		{"status", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadRequest) }, "status 400"},
		{"media type", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }, "text/event-stream"},
		{"a stream that is reset", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "INTERNAL_ERROR"},
		{"no greeting", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/event-stream") }, "closed before it confirmed"},
	} {
		s := serve(t, 2, c.handler)
		if err := ramp(t, newFleet(t), s.target, 0, 3); err == nil || !strings.Contains(err.Error(), "3 of 3") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := wire.Target{Transport: "sse", Address: l.Addr().String(), Path: "/", Streams: 2}
	l.Close()
	if err := ramp(t, newFleet(t), target, 0, 3); err == nil || !strings.Contains(err.Error(), "3 of 3") || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("nobody there: %v", err)
	}
}

// A connection that goes away under its streams cuts all of them, and whoever comes back is on another.
func TestACutConnectionCutsItsStreams(t *testing.T) {
	const clients = 3
	s := serve(t, clients, func(w http.ResponseWriter, r *http.Request) {
		greet(w)
		<-r.Context().Done()
	})
	f := newFleet(t)
	f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: 20 * time.Millisecond}})
	if err := ramp(t, f, s.target, 0, clients); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	for conn := range s.open {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	s.mu.Unlock()
	var sum wire.Counts
	await(t, "not all came back", func() bool {
		sum.Add(collect(t, f, 0).Counts)
		return sum.Returned == clients
	})
	if sum.Cut != clients || sum.Closed > 0 {
		t.Errorf("%d cut and %d closed, want %d and 0", sum.Cut, sum.Closed, clients)
	}
	if opened, _ := s.connections(); opened != 2 {
		t.Errorf("%d connections were opened, want 2", opened)
	}
}
