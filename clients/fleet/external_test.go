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
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/internal/wire"
)

// eventHead begins a stream of events.
const eventHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

// events is a server that is not ours, of streams that go on behind their head with what serve writes.
func events(t *testing.T, e wire.External, serve func(number int, conn net.Conn)) wire.Target {
	t.Helper()
	target := listening(t, func(number int, conn net.Conn) {
		request := make([]byte, 1024)
		n, err := conn.Read(request)
		if err != nil {
			return
		}
		if bytes.Contains(request[:n], []byte("Last-Event-ID")) {
			t.Errorf("asked to resume after a number that is ours: %s", request[:n])
		}
		fmt.Fprint(conn, eventHead)
		serve(number, conn)
	})
	target.Transport, target.Path, target.External = "sse", "/", &e
	return target
}

// external is one whose events are messages in an envelope.
func external(t *testing.T, e wire.External, serve func(number int, write func(text string), conn net.Conn)) wire.Target {
	t.Helper()
	e.Before, e.After = "{", "}"
	return events(t, e, func(number int, conn net.Conn) {
		serve(number, func(text string) { fmt.Fprintf(conn, "data: {%s}\n\n", text) }, conn)
	})
}

// subscribed is a fleet of n connections to such a server.
func subscribed(t *testing.T, o Options, target wire.Target, n int) *Fleet {
	t.Helper()
	f := newFleetOf(t, o, Client{Decoder: sseDecoder})
	if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: n, Agents: 1}); err != nil {
		t.Fatal(err)
	}
	return f
}

func sseDecoder() Decoder { return sse.New() }

func stamped(seq uint64) string {
	return string(wire.Payload(wire.Stamp{Seq: seq, Intended: wire.Now()}, 32))
}

// The response head confirms the subscription, which begins behind what was published before; what is not ours is no message.
func TestExternalServersGreetNobody(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections = 3
		welcomed := make(chan struct{}, connections)
		publish := make(chan struct{})
		target := external(t, wire.External{Published: 5}, func(number int, write func(string), conn net.Conn) {
			write("welcome")
			welcomed <- struct{}{}
			<-publish
			for seq := uint64(6); seq <= 8; seq++ {
				if number == 0 && seq == 7 {
					write("damaged " + stamped(seq))
					continue
				}
				write(stamped(seq))
			}
			hold(conn)
		})
		f := subscribed(t, o, target, connections)
		for range connections {
			<-welcomed
		}
		opened := collect(t, f, wire.Collect{})
		for metric, want := range map[string]int64{"response_head": connections, "handshake": connections, "first_message": 0} {
			h, err := opened.Histograms[metric].Decode()
			if err != nil || h.TotalCount() != want {
				t.Errorf("%s was recorded %d times, want %d (%v)", metric, h.TotalCount(), want, err)
			}
		}
		close(publish)
		r := collect(t, f, wire.Collect{After: 5, Through: 8})
		if r.Connections != connections || r.Expected != 3*connections || r.Received != 3*connections-1 || r.Lost != 1 || r.Duplicated+r.Reordered != 0 {
			t.Errorf("got %+v", r.Counts)
		}
	})
}

// One event may hold several messages: each is one that arrived, and what joins them is lost on nobody.
func TestExternalEventsMayHoldSeveralMessages(t *testing.T) {
	for _, c := range []struct {
		name     string
		external wire.External
		write    func(a, b string) string
	}{
		{"joined by a text", wire.External{Between: "|"}, func(a, b string) string { return a + "|" + b }},
		{"each in its envelope", wire.External{Before: `"`, After: `"`}, func(a, b string) string { return `["` + a + `","` + b + `"]` }},
	} {
		t.Run(c.name, func(t *testing.T) {
			everyEngine(t, func(t *testing.T, o Options) {
				target := events(t, c.external, func(_ int, conn net.Conn) {
					fmt.Fprintf(conn, "data: %s\n\n", c.write(stamped(1), stamped(2)))
					fmt.Fprintf(conn, "data: %s\n\n", c.write(stamped(4), stamped(3)))
					hold(conn)
				})
				f := subscribed(t, o, target, 1)
				if r := collect(t, f, wire.Collect{Through: 4}); r.Received != 4 || r.Lost+r.Duplicated+r.Overtaken != 0 || r.Reordered != 1 {
					t.Errorf("got %+v", r.Counts)
				}
			})
		})
	}
}

// Messages that are looked for in the wrong way are no damage and no loss: the report says what to write into the lane file.
func TestExternalMessagesThatAreMisread(t *testing.T) {
	for _, c := range []struct {
		name     string
		external wire.External
		write    func(a, b string) string
		want     string
	}{
		{"joined", wire.External{}, func(a, b string) string { return a + "|" + b }, `frames hold several messages, joined by "|": add envelope: {between: "|"}`},
		{"in an envelope", wire.External{}, func(a, _ string) string { return `{"x":"` + a + `"}` }, `the payload does not come alone: add envelope: {before: "{\"x\":\"", after: "\""}`},
		{"in another envelope", wire.External{Before: `"y":"`, After: `"`}, func(a, _ string) string { return `{"x":"` + a + `"}` }, `the envelope does not match: "\"y\":\"" does not occur, and the payload stands behind "{\"x\":\""`},
		{"right", wire.External{Between: "|"}, func(a, b string) string { return a + "|" + b }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			everyEngine(t, func(t *testing.T, o Options) {
				welcomed, publish := make(chan struct{}), make(chan struct{})
				target := events(t, c.external, func(_ int, conn net.Conn) {
					fmt.Fprint(conn, "data: welcome\n\n")
					close(welcomed)
					<-publish
					fmt.Fprintf(conn, "data: a welcome to all others\n\ndata: %s\n\n", c.write(stamped(1), stamped(2)))
					hold(conn)
				})
				f := subscribed(t, o, target, 1)
				<-welcomed
				if err := f.Expect(t.Context(), wire.Expect{Content: wire.Content{Size: 32}}); err != nil {
					t.Fatal(err)
				}
				close(publish)
				var cause string
				for until := time.Now().Add(10 * time.Second); cause == "" && time.Now().Before(until); {
					r := collect(t, f, wire.Collect{})
					if cause = r.Instead.Cause; r.Received == 2 {
						break
					}
				}
				if cause != c.want {
					t.Errorf("got  %s\nwant %s", cause, c.want)
				}
			})
		})
	}
}

// Where requests to publish overlapped, the order is the publisher's, and no judgement of the server.
func TestExternalOrderOfOverlappingRequests(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		target := external(t, wire.External{Overlap: true}, func(_ int, write func(string), conn net.Conn) {
			for _, seq := range []uint64{2, 1, 40, 3, 4} { // 3 and 4 come too late to be told from repeated ones
				write(stamped(seq))
			}
			hold(conn)
		})
		f := subscribed(t, o, target, 1)
		var sum wire.Counts
		for until := time.Now().Add(10 * time.Second); sum.Overtaken < 3 && time.Now().Before(until); {
			sum.Add(collect(t, f, wire.Collect{Through: 40}).Counts)
		}
		if sum.Overtaken != 3 || sum.Reordered != 0 {
			t.Errorf("got %+v", sum)
		}
	})
}

// What a target asks for beside its protocol is in the head of every request.
func TestExternalRequestsHaveTheHeader(t *testing.T) {
	for name, decoder := range map[string]func() Decoder{"sse": sseDecoder, "websocket": func() Decoder { return websocket.New() }} {
		target := wire.Target{Address: "127.0.0.1:1", Host: "h:1", Path: "/", Header: "Authorization: Basic eDp5\r\n", External: &wire.External{}}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(decoder().Open(target, wire.Live))))
		if err != nil {
			t.Fatal(name, err)
		}
		if user, password, ok := r.BasicAuth(); !ok || r.Host != "h:1" || user != "x" || password != "y" {
			t.Errorf("%s: %v", name, r.Header)
		}
	}
}

// Messages may come in the same bytes as the head.
func TestExternalHeadWithMessages(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		target := listening(t, func(_ int, conn net.Conn) {
			_, _ = conn.Read(make([]byte, 1024))
			fmt.Fprintf(conn, eventHead+"data: %s\n\ndata: %s\n\n", stamped(1), stamped(2))
			hold(conn)
		})
		target.Path, target.External = "/", &wire.External{}
		f := subscribed(t, o, target, 1)
		if r := collect(t, f, wire.Collect{Through: 2}); r.Expected != 2 || r.Received != 2 {
			t.Errorf("got %+v", r.Counts)
		}
	})
}

// Who comes back to a server that cannot resume has lost what came meanwhile, and who comes anew is audited from its first
// message on.
func TestExternalClientsComeBackWithoutResuming(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		target := external(t, wire.External{}, func(number int, write func(string), conn net.Conn) {
			if number == 0 {
				write(stamped(1))
				_ = conn.Close()
				return
			}
			write(stamped(4))
			hold(conn)
		})
		f := newFleetOf(t, o, Client{Decoder: sseDecoder})
		f.Profile(t.Context(), wire.Profile{Reconnect: wire.Reconnect{Policy: wire.ReconnectFixed, Delay: time.Millisecond}})
		if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: 1, Agents: 1}); err != nil {
			t.Fatal(err)
		}
		r := collect(t, f, wire.Collect{Through: 4})
		if r.Expected != 4 || r.Received != 2 || r.Lost != 2 || r.Returned != 1 {
			t.Errorf("got %+v", r.Counts)
		}
	})
}

func TestExternalChurnIsAuditedFromTheFirstMessage(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		target := external(t, wire.External{}, func(number int, write func(string), conn net.Conn) {
			if number > 0 {
				write(stamped(7))
			}
			_, _ = io.Copy(io.Discard, conn)
		})
		f := subscribed(t, o, target, 1)
		f.Profile(t.Context(), wire.Profile{Churn: wire.Churn{Lifetime: time.Hour}})
		var first *conn
		f.mu.Lock()
		for c := range f.clients() {
			first = c
		}
		f.mu.Unlock()
		f.replace(first)
		var sum wire.Counts
		for until := time.Now().Add(10 * time.Second); sum.Received == 0 && time.Now().Before(until); {
			sum.Add(collect(t, f, wire.Collect{}).Counts)
		}
		if r := collect(t, f, wire.Collect{Through: 7}); sum.Received != 1 || sum.Left != 1 || r.Expected != 1 {
			t.Errorf("got %+v, and of 7 messages %d are expected", sum, r.Expected)
		}
	})
}
