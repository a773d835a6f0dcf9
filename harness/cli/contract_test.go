package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers"
	"github.com/pushbench/pushbench/servers/hub"
)

// The contract: whatever the lane, its subscribers see the same payload bytes, in order, each once, resume where they
// were cut, and are closed cleanly. It runs over the whole table with real sockets; a new row fails until it passes.

// patience bounds every wait of these tests; it is never waited for when they pass.
const patience = 20 * time.Second

// lane is a server that runs in this process.
type lane struct {
	ready   wire.Ready
	stop    func() error // drains
	sockets []net.Conn   // of its subscribers
}

func startLane(t *testing.T, name string, c hub.Config) *lane {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- servers.Serve(ctx, servers.Config{
			Lane: name, Address: "127.0.0.1:0", Hub: c, Policy: hub.Policy{Lag: hub.Disconnect}, Drain: patience,
		}, write)
	}()
	l := &lane{stop: sync.OnceValue(func() error { cancel(); return <-ended })}
	t.Cleanup(func() { _ = l.stop() })
	if err := json.NewDecoder(read).Decode(&l.ready); err != nil {
		t.Fatal(err)
	}
	return l
}

// apart reports whether the lane holds no subscription between requests.
func (l *lane) apart() bool {
	row, _ := servers.LaneByName(l.ready.Lane)
	return row.Apart
}

// control calls the control API; out is nil where it answers nothing.
func (l *lane) control(t *testing.T, method, path string, in, out any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, l.ready.Control+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+l.ready.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(resp.Body)
		t.Fatalf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func (l *lane) broadcast(t *testing.T, count, size int) (done wire.Published) {
	t.Helper()
	l.control(t, http.MethodPost, "/broadcast", wire.Broadcast{Rate: 2000, Count: count, Size: size}, &done)
	return done
}

// subscriber is one connection read with the lane's decoder.
type subscriber struct {
	socket   net.Conn
	decoder  fleet.Decoder
	greeting uint64
	payloads [][]byte
}

func (l *lane) subscribe(t *testing.T, after uint64) *subscriber {
	t.Helper()
	target, err := l.ready.Target()
	if err != nil {
		t.Fatal(err)
	}
	s := subscribe(t, target, after)
	l.sockets = append(l.sockets, s.socket)
	return s
}

// subscribe opens a connection and waits for its greeting.
func subscribe(t *testing.T, target wire.Target, after uint64) *subscriber {
	t.Helper()
	protocol, ok := clients.ProtocolByTransport(target.Transport)
	if !ok {
		t.Fatalf("no client protocol speaks %s", target.Transport)
	}
	s := &subscriber{decoder: protocol.Decoder(), greeting: wire.Live}
	var dialer net.Dialer
	var err error
	if s.socket, err = dialer.DialContext(t.Context(), "tcp", target.Address); err != nil {
		t.Fatal(err)
	}
	if _, err := s.socket.Write(s.decoder.Open(target, after)); err != nil {
		t.Fatal(err)
	}
	if err := s.until(func() bool { return s.greeting != wire.Live }); err != nil {
		t.Fatalf("no greeting: %v", err)
	}
	return s
}

// until reads until the condition holds; nil is a clean end of the stream.
func (s *subscriber) until(enough func() bool) error {
	buffer := make([]byte, 1000) // small, so that messages are split
	for !enough() {
		if err := s.socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		n, err := s.socket.Read(buffer)
		// A request that crosses the end of a kept connection is answered by a reset.
		_, polls := s.decoder.(interface{ Poll() []byte })
		if errors.Is(err, io.EOF) || polls && errors.Is(err, syscall.ECONNRESET) {
			return s.decoder.EOF()
		}
		if err != nil {
			return err
		}
		reply, err := s.decoder.Feed(buffer[:n], s.take)
		if len(reply) > 0 {
			if _, werr := s.socket.Write(reply); werr != nil && !errors.Is(werr, syscall.EPIPE) {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *subscriber) take(payload []byte) {
	stamp, ok := wire.ParseStamp(payload)
	if ok && stamp.Greeting() {
		s.greeting = stamp.Seq
		return
	}
	s.payloads = append(s.payloads, slices.Clone(payload))
}

// wantRun checks that the payloads are the messages from first to last, each once and in order.
func (s *subscriber) wantRun(t *testing.T, first, last uint64) {
	t.Helper()
	want := int(last - first + 1)
	if err := s.until(func() bool { return len(s.payloads) >= want }); err != nil {
		t.Fatalf("after %d of %d messages: %v", len(s.payloads), want, err)
	}
	for i, p := range s.payloads {
		stamp, ok := wire.ParseStamp(p)
		if !ok || stamp.Seq != first+uint64(i) {
			t.Fatalf("message %d of the run from %d to %d is %d (stamped: %v)", i, first, last, stamp.Seq, ok)
		}
	}
}

func everyLane(t *testing.T, test func(t *testing.T, l *lane)) {
	t.Helper()
	everyLaneWith(t, hub.Config{History: 1024}, test)
}

func everyLaneWith(t *testing.T, c hub.Config, test func(t *testing.T, l *lane)) {
	t.Helper()
	for _, row := range servers.Lanes() {
		t.Run(row.Name, func(t *testing.T) {
			defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
			l := startLane(t, row.Name, c)
			test(t, l)
			for _, s := range l.sockets {
				_ = s.Close()
			}
			if err := l.stop(); err != nil {
				t.Errorf("stop: %v", err)
			}
		})
	}
}

func TestContractSameBytesInOrderNoneLost(t *testing.T) {
	for _, size := range []int{wire.StampSize, 128, 70_000} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			everyLane(t, func(t *testing.T, l *lane) {
				const messages = 100
				subscribers := make([]*subscriber, 8)
				for i := range subscribers {
					subscribers[i] = l.subscribe(t, wire.Live)
				}
				var readers sync.WaitGroup
				for _, s := range subscribers {
					readers.Go(func() { _ = s.until(func() bool { return len(s.payloads) == messages }) })
				}
				if done := l.broadcast(t, messages, size); done.After != 0 || done.Through != messages {
					t.Errorf("published (%d, %d], want (0, %d]", done.After, done.Through, messages)
				}
				readers.Wait()
				for i, s := range subscribers {
					s.wantRun(t, 1, messages)
					for m, p := range s.payloads {
						if len(p) != size || !bytes.Equal(p, subscribers[0].payloads[m]) {
							t.Fatalf("message %d of subscriber %d differs from subscriber 0's, or from %d bytes", m, i, size)
						}
					}
				}
			})
		})
	}
}

func TestContractResumeAfterACut(t *testing.T) {
	everyLane(t, func(t *testing.T, l *lane) {
		first := l.subscribe(t, wire.Live)
		l.broadcast(t, 50, 64)
		first.wantRun(t, 1, 50)
		_ = first.socket.Close() // no farewell: as a network would

		const seen = 20
		again := l.subscribe(t, seen)
		if again.greeting != seen {
			t.Errorf("greeting says %d, want %d", again.greeting, seen)
		}
		l.broadcast(t, 50, 64)
		again.wantRun(t, seen+1, 100)
		for i, p := range first.payloads[seen:] {
			if !bytes.Equal(p, again.payloads[i]) {
				t.Fatalf("replayed message %d differs from the first delivery", seen+1+i)
			}
		}
	})
}

func TestContractCleanCloseByTheServer(t *testing.T) {
	everyLane(t, func(t *testing.T, l *lane) {
		subscribers := []*subscriber{l.subscribe(t, wire.Live), l.subscribe(t, wire.Live), l.subscribe(t, wire.Live)}
		stopped := make(chan error, 1)
		go func() { stopped <- l.stop() }()
		for i, s := range subscribers {
			if err := s.until(func() bool { return false }); err != nil {
				t.Errorf("subscriber %d: %v", i, err)
			}
			_ = s.socket.Close()
		}
		if err := <-stopped; err != nil {
			t.Errorf("server: %v", err)
		}
	})
}

// Whoever the server sends away is told so cleanly, and goes on where it was.
func TestContractResumeAfterTheServersCut(t *testing.T) {
	everyLane(t, func(t *testing.T, l *lane) {
		if l.apart() {
			t.Log("holds no subscription: there is nothing to cut")
			return
		}
		both := []*subscriber{l.subscribe(t, wire.Live), l.subscribe(t, wire.Live)}
		l.broadcast(t, 10, 64)
		for _, s := range both {
			s.wantRun(t, 1, 10)
		}
		l.awaitStat(t, "hub/subscribers", func(n float64) bool { return n == 2 }) // those that poll have asked again
		l.control(t, http.MethodPost, "/cut", nil, nil)
		for _, s := range both {
			if err := s.until(func() bool { return false }); err != nil {
				t.Errorf("cut: %v", err)
			}
			_ = s.socket.Close()
		}
		again := l.subscribe(t, 10)
		l.broadcast(t, 10, 64)
		again.wantRun(t, 11, 20)
	})
}

// Heartbeats are bytes on the wire and nothing else: a subscriber reads past them.
func TestContractHeartbeatsAreNoMessages(t *testing.T) {
	everyLaneWith(t, hub.Config{History: 1024, Heartbeat: 20 * time.Millisecond}, func(t *testing.T, l *lane) {
		if l.apart() {
			t.Log("holds no subscription: nobody is silent")
			return
		}
		s := l.subscribe(t, wire.Live)
		read := make(chan error, 1)
		go func() { read <- s.until(func() bool { return len(s.payloads) >= 20 }) }() // some wait for an answer to each
		l.awaitStat(t, "hub/heartbeats", func(n float64) bool { return n >= 3 })
		l.broadcast(t, 20, 64)
		if err := <-read; err != nil {
			t.Fatal(err)
		}
		s.wantRun(t, 1, 20)
	})
}

// awaitStat waits until one of the server's figures is as wanted.
func (l *lane) awaitStat(t *testing.T, name string, enough func(float64) bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		var stats wire.Stats
		l.control(t, http.MethodGet, "/stats", nil, &stats)
		if enough(stats[name]) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still %v", name, stats[name])
		}
	}
}

func TestContractTheServerNoticesWhoLeaves(t *testing.T) {
	everyLane(t, func(t *testing.T, l *lane) {
		if l.apart() {
			t.Log("holds no subscription: nobody is counted")
			return
		}
		stays, leaves := l.subscribe(t, wire.Live), l.subscribe(t, wire.Live)
		if farewell := leaves.decoder.Close(); farewell != nil {
			if _, err := leaves.socket.Write(farewell); err != nil {
				t.Fatal(err)
			}
			if err := leaves.until(func() bool { return false }); err != nil {
				t.Errorf("close handshake: %v", err)
			}
		}
		_ = leaves.socket.Close()
		l.awaitStat(t, "hub/subscribers", func(n float64) bool { return n == 1 })
		l.broadcast(t, 1, 64)
		stays.wantRun(t, 1, 1)
	})
}

// The fleet must count exactly what was sent, whatever the lane and the engine.
func TestContractFleetCountsEveryMessage(t *testing.T) {
	for _, o := range []fleet.Options{{Engine: fleet.Goroutines, Reader: fleet.Greedy}, {Engine: fleet.Epoll, Reader: fleet.Coalesced}, {Engine: fleet.Epoll, Reader: fleet.Awake}} {
		t.Run(string(o.Engine)+" "+string(o.Reader), func(t *testing.T) {
			everyLane(t, func(t *testing.T, l *lane) {
				const connections, messages = 100, 60
				target, err := l.ready.Target()
				if err != nil {
					t.Fatal(err)
				}
				protocol, _ := clients.ProtocolByTransport(target.Transport)
				f, err := fleet.New(o)
				if err != nil {
					t.Fatal(err)
				}
				if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: connections, PerSecond: 2000, Agents: 1}, protocol.Decoder); err != nil {
					t.Fatal(err)
				}
				opened, err := f.Collect(t.Context(), wire.Collect{})
				if err != nil {
					t.Fatal(err)
				}
				for _, metric := range []string{"tcp_connect", "response_head", "first_message", "handshake"} {
					h, err := opened.Histograms[metric].Decode()
					if err != nil || h.TotalCount() != connections {
						t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), connections, err)
					}
				}
				done := l.broadcast(t, messages, 128)
				r, err := f.Collect(t.Context(), wire.Collect{After: done.After, Through: done.Through, Timeout: patience})
				if err != nil {
					t.Fatal(err)
				}
				if r.Connections != connections || r.Expected != connections*messages || r.Received != r.Expected || r.Lost+r.Duplicated+r.Reordered != 0 {
					t.Errorf("%d connections received %d of %d, lost %d, duplicated %d, reordered %d", r.Connections, r.Received, r.Expected, r.Lost, r.Duplicated, r.Reordered)
				}
				if len(r.Spreads) != messages {
					t.Errorf("%d spreads, want one for each of %d messages", len(r.Spreads), messages)
				}
				latency, err := r.Histograms["delivery_latency"].Decode()
				if err != nil || uint64(latency.TotalCount()) != r.Received {
					t.Errorf("%d latencies for %d messages (%v)", latency.TotalCount(), r.Received, err)
				}
				stopping, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				f.Stop(stopping)
				if err := l.stop(); err != nil {
					t.Errorf("stop: %v", err)
				}
			})
		})
	}
}
