package fleet

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

// eventually waits for a report's sum over time: what it counts is asynchronous, and reports forget.
func eventually(t *testing.T, f *Fleet, enough func(wire.Counts) bool) wire.Counts {
	t.Helper()
	var sum wire.Counts
	for deadline := time.Now().Add(patience); ; {
		r := collect(t, f, wire.Collect{})
		r.Connections, r.Away, r.Slow, r.Blackholed = 0, 0, 0, 0 // states, not events
		sum.Add(r.Counts)
		if enough(sum) {
			return sum
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v: %+v", patience, sum)
		}
	}
}

// resuming is a server that delivers two messages a connection, and two more after the sequence number the client asks
// for, until it has delivered all; then it holds.
func resuming(t *testing.T, all uint64) wire.Target {
	t.Helper()
	return resumable(t, func(_ int, after uint64, conn net.Conn) {
		if after == wire.Live {
			after = 0
		}
		_, _ = conn.Write(greeting(after))
		if after == all {
			hold(conn)
			return
		}
		_, _ = conn.Write(append(message(after+1), message(after+2)...))
	})
}

// Whatever the policy, clients that come back have every message once.
func TestClientsComeBackAndResume(t *testing.T) {
	const connections, messages = 4, 6
	for _, policy := range []string{wire.ReconnectFixed, wire.ReconnectExponential, wire.ReconnectJitter, wire.ReconnectEventSource} {
		t.Run(policy, func(t *testing.T) {
			everyEngine(t, func(t *testing.T, o Options) {
				target := resuming(t, messages) // ends after the fleet
				f := newFleet(t, o)
				f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: policy, Delay: time.Millisecond, Most: time.Second}})
				ramp := wire.Ramp{Targets: []wire.Target{target}, Connections: connections, Agents: 1}
				if err := f.Ramp(t.Context(), ramp); err != nil {
					t.Fatal(err)
				}
				r := collect(t, f, wire.Collect{Through: messages})
				got := eventually(t, f, func(c wire.Counts) bool { return r.Returned+c.Returned == connections*messages/2 })
				got.Add(r.Counts)
				if r.Expected != connections*messages || r.Received != r.Expected || got.Duplicated+got.Reordered > 0 || got.Closed != got.Returned {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

// A server that is gone is asked again and again, and each failure is counted.
func TestFailedAttemptsAreCounted(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		f := newFleet(t, o)
		f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: time.Millisecond, Most: time.Second}})
		l := listen(t)
		served := make(chan struct{})
		go func() {
			defer close(served)
			if conn, err := l.Accept(); err == nil {
				_, _ = io.ReadFull(conn, make([]byte, 8))
				_, _ = conn.Write(greeting(0))
				_ = l.Close()
				_ = conn.Close()
			}
		}()
		target := wire.Target{Transport: "tcp", Address: l.Addr().String()}
		if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: 1, Agents: 1}); err != nil {
			t.Fatal(err)
		}
		<-served
		if got := eventually(t, f, func(c wire.Counts) bool { return c.Retried >= 3 }); got.Closed != 1 || got.Returned > 0 || got.Failed > 0 {
			t.Errorf("got %+v", got)
		}
		if r := collect(t, f, wire.Collect{}); r.Connections != 1 || r.Away != 1 {
			t.Errorf("%d held, %d of them away; want 1 and 1", r.Connections, r.Away)
		}
	})
}

// An EventSource waits as long as the server says, resumes after the last id it was given, and takes 204 for final.
func TestEventSourceObeysTheServer(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		asked := make(chan string, 3)
		target := listening(t, func(number int, conn net.Conn) {
			if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				asked <- request.Header.Get("Last-Event-ID")
				answer(conn, number+1)
			}
		})
		target.Transport, target.Path = "sse", "/"
		f := newFleetOf(t, o, Client{Decoder: func() Decoder { return sse.New() }})
		// The policy's own delay would outlast the test: it is the server's retry field that counts.
		f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectEventSource, Delay: time.Hour}})
		ramp := wire.Ramp{Targets: []wire.Target{target}, Connections: 1, Agents: 1}
		if err := f.Ramp(t.Context(), ramp); err != nil {
			t.Fatal(err)
		}
		got := eventually(t, f, func(c wire.Counts) bool { return c.Retried == 1 })
		if ids := []string{<-asked, <-asked, <-asked}; ids[0] != "" || ids[1] != "7" || ids[2] != "8" {
			t.Errorf("resumed after %q", ids)
		}
		if got.Returned != 1 || got.Closed != 2 {
			t.Errorf("got %+v", got)
		}
		if r := collect(t, f, wire.Collect{}); r.Connections != 0 || r.Away != 0 {
			t.Errorf("%d held, %d away, after a 204", r.Connections, r.Away)
		}
	})
}

// answer is a stream of one event, and at the third request the end.
func answer(conn net.Conn, number int) {
	if number == 3 {
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		return
	}
	confirmation := wire.Payload(wire.Stamp{Seq: uint64(number)}, 0)                          //nolint:gosec // 1 or 2
	event := wire.Payload(wire.Stamp{Seq: uint64(number + 1), Intended: wire.Now()}, 0)       //nolint:gosec // 1 or 2
	head := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" // ends with the connection
	_, _ = io.WriteString(conn, head+"retry: 1\n"+fmt.Sprintf("data: %s\n\nid: %d\ndata: %s\n\n", confirmation, 6+number, event))
}

// Clients with a lifetime leave and are replaced, and nobody misses a message.
func TestChurnReplacesClients(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		f := ramped(t, o, scripted(t, func(_ int, conn net.Conn) {
			_, _ = conn.Write(append(greeting(5), message(6)...))
			hold(conn)
		}), 8)
		collect(t, f, wire.Collect{})
		f.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: 5 * time.Millisecond}})
		got := eventually(t, f, func(c wire.Counts) bool { return c.Left >= 24 })
		if got.Cut+got.Closed+got.Retried > 0 {
			t.Errorf("got %+v", got)
		}
		f.Profile(t.Context(), wire.Profile{})
	})
}

// The share that is slow is counted apart, and the server's writes to it come to a stop.
func TestSlowClientsStopReading(t *testing.T) {
	const connections = 8
	// More than the buffers of both sides hold (4 MiB and, unread, 128 KiB by tcp_wmem and tcp_rmem), in frames without a
	// message: greetings count once.
	ballast := bytes.Repeat(frame(wire.Payload(wire.Stamp{}, 60_000)), 140)
	everyEngine(t, func(t *testing.T, o Options) {
		begin := make(chan struct{})
		written := make(chan struct{}, connections)
		f := ramped(t, o, scripted(t, func(_ int, conn net.Conn) {
			_, _ = conn.Write(greeting(0))
			<-begin
			_, _ = conn.Write(message(1))
			if _, err := conn.Write(ballast); err == nil {
				written <- struct{}{}
				_, _ = conn.Write(message(2))
				hold(conn)
			}
		}), connections)
		f.Profile(t.Context(), wire.Profile{Slow: wire.Slow{Share: 0.5}})
		close(begin)
		r := collect(t, f, wire.Collect{Through: 2})
		if r.Slow == 0 || r.Slow == connections || len(written) != connections-r.Slow {
			t.Errorf("%d of %d are slow, the server could write to %d", r.Slow, connections, len(written))
		}
		if want := 2 * uint64(connections-r.Slow); r.Expected != want || r.Received != want || r.SlowReceived > uint64(r.Slow) {
			t.Errorf("got %+v, want %d messages of clients that keep up", r.Counts, want)
		}
		f.Profile(t.Context(), wire.Profile{})
	})
}

// A blackholed client acknowledges nothing: the server's kernel keeps what it sent, and nothing tells it that nobody is there.
func TestBlackholedClientsAcknowledgeNothing(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		begin := make(chan struct{})
		unacked := make(chan int, 2)
		f := ramped(t, o, scripted(t, func(_ int, conn net.Conn) {
			_, _ = conn.Write(greeting(0))
			<-begin
			_, _ = conn.Write(message(1))
			unacked <- outstanding(t, conn)
			hold(conn)
		}), 2)
		f.Blackhole(t.Context(), wire.Blackhole{Share: 0.5})
		close(begin)
		r := collect(t, f, wire.Collect{Through: 1})
		if r.Connections != 1 || r.Blackholed != 1 || r.Expected != 1 || r.Received != 1 {
			t.Errorf("got %+v", r.Counts)
		}
		if a, b := <-unacked, <-unacked; min(a, b) != 0 || max(a, b) == 0 {
			t.Errorf("the server's kernel waits for %d and %d bytes; want 0 and those of one message", a, b)
		}
		f.Profile(t.Context(), wire.Profile{})
	})
}

func TestDelay(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		policy   string
		attempts int
		random   float64
		want     time.Duration
		comes    bool
	}{
		{wire.ReconnectNone, 0, 0, 0, false},
		{"", 0, 0, 0, false},
		{wire.ReconnectFixed, 7, 0.5, s, true},
		{wire.ReconnectEventSource, 7, 0.5, s, true},
		{wire.ReconnectExponential, 0, 0.5, s, true},
		{wire.ReconnectExponential, 3, 0.5, 8 * s, true},
		{wire.ReconnectExponential, 5, 0.5, 30 * s, true},
		{wire.ReconnectExponential, 1000, 0.5, 30 * s, true},
		{wire.ReconnectJitter, 0, 0.25, s / 4, true},
		{wire.ReconnectJitter, 3, 0.5, 4 * s, true},
		{wire.ReconnectJitter, 1000, 0, 0, true},
	} {
		got, comes := delay(wire.Reconnect{Policy: c.policy, Delay: s, Most: 30 * s}, c.attempts, c.random)
		if got != c.want && c.comes || comes != c.comes {
			t.Errorf("%s after %d failed attempts: %v, %v; want %v, %v", c.policy, c.attempts, got, comes, c.want, c.comes)
		}
	}
}

// Any run of clients has its share, within two.
func TestFractionIsEven(t *testing.T) {
	for _, share := range []float64{0.01, 0.25, 0.5, 0.9} {
		for first := range uint32(50) {
			n := 0
			for i := first; i < first+200; i++ {
				if fraction(i) < share {
					n++
				}
			}
			if want := share * 200; float64(n) < want-2 || float64(n) > want+2 {
				t.Errorf("%d of 200 from %d, want %v", n, first, want)
			}
		}
	}
}
