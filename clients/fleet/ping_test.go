package fleet

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/internal/wire"
)

// pinging is a decoder with pings.
type pinging struct{ *sse.Decoder }

func (pinging) Ping() ([]byte, time.Duration) { return []byte("ping\n"), 10 * time.Millisecond }

// Clients send their pings from their confirmation on, one stream of them a client, until they end.
func TestPings(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections, each = 3, 4
		pinged := make(chan struct{}, connections)
		target := events(t, wire.External{}, func(_ int, conn net.Conn) {
			for range each {
				text := make([]byte, len("ping\n"))
				if _, err := conn.Read(text); err != nil || string(text) != "ping\n" {
					t.Errorf("%q, %v", text, err)
				}
			}
			pinged <- struct{}{}
			hold(conn)
		})
		f := newFleetOf(t, o, Client{Decoder: func() Decoder { return pinging{sse.New()} }})
		if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: connections, Agents: 1}); err != nil {
			t.Fatal(err)
		}
		for range connections {
			<-pinged
		}
		if r := collect(t, f, wire.Collect{}); r.Connections != connections {
			t.Errorf("%d connections", r.Connections)
		}
	})
}

// Where a message confirms a subscription, what comes before it is none of the trial's, and the handshake ends with it.
func TestAMessageConfirms(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections = 3
		confirm, publish := make(chan struct{}), make(chan struct{})
		welcomed := make(chan struct{}, connections)
		target := external(t, wire.External{Confirmed: `"ok"`}, func(_ int, write func(string), conn net.Conn) {
			write("welcome")
			write(stamped(9)) // of history
			welcomed <- struct{}{}
			<-confirm
			write(`"ok"`)
			<-publish
			write(stamped(1))
			hold(conn)
		})
		f := newFleetOf(t, o, Client{Decoder: sseDecoder})
		ramped := make(chan error, 1)
		go func() {
			ramped <- f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: connections, Agents: 1})
		}()
		for range connections {
			<-welcomed
		}
		select {
		case err := <-ramped:
			t.Fatal("it is over before a subscription is confirmed", err)
		default:
		}
		close(confirm)
		if err := <-ramped; err != nil {
			t.Fatal(err)
		}
		opened := collect(t, f, wire.Collect{})
		for _, metric := range []string{"response_head", "first_message", "handshake"} {
			if h, err := opened.Histograms[metric].Decode(); err != nil || h.TotalCount() != connections {
				t.Error(fmt.Sprint(metric, " was recorded ", h.TotalCount(), " times"), err)
			}
		}
		close(publish)
		if r := collect(t, f, wire.Collect{Through: 1}); r.Received != connections || r.Lost+r.Duplicated+r.Replayed != 0 {
			t.Errorf("got %+v", r.Counts)
		}
	})
}
