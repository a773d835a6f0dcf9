package fleet

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients/post"
	"github.com/pushbench/pushbench/internal/wire"
)

// confirming is a server in the floor's framing that greets, and answers each message of a client with frames.
func confirming(t *testing.T, answer func(id wire.Uplink) []wire.Uplink) wire.Target {
	t.Helper()
	return scripted(t, func(_ int, conn net.Conn) {
		_, _ = conn.Write(greeting(0))
		for {
			var head [4]byte
			if _, err := io.ReadFull(conn, head[:]); err != nil {
				return
			}
			message := make([]byte, binary.BigEndian.Uint32(head[:]))
			if _, err := io.ReadFull(conn, message); err != nil {
				return
			}
			id, ok := wire.ParseUplink(message)
			if !ok {
				t.Errorf("a client sent %q", message)
			}
			for _, confirmed := range answer(id) {
				_, _ = conn.Write(frame(confirmed.Message(0)))
			}
		}
	})
}

func once(id wire.Uplink) []wire.Uplink { return []wire.Uplink{id} }

func sendAll(t *testing.T, f *Fleet, s wire.Send) {
	t.Helper()
	if err := f.Send(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// A server that confirms too much, too little or what was never sent must be caught at exactly that.
func TestUplinksAreAudited(t *testing.T) {
	const clients, each = 4, 10
	everyEngine(t, func(t *testing.T, o Options) {
		f := ramped(t, o, confirming(t, func(id wire.Uplink) []wire.Uplink {
			next := wire.Uplink{Client: id.Client, Number: id.Number + 100}
			switch id.Number {
			case 3:
				return []wire.Uplink{id, id, next, {Client: id.Client + 1, Number: id.Number}} // three too many
			case 5:
				return nil // lost, as the next one tells
			default:
				return once(id)
			}
		}), clients)
		sendAll(t, f, wire.Send{Rate: 100, Count: each, Size: 64})
		u := collect(t, f, wire.Collect{}).Counts
		if u.UplinksDue != clients*each || u.UplinksSent != u.UplinksDue || u.UplinksConfirmed != clients*(each-1) || u.UplinksUnasked != clients*3 || u.UplinksWritten != clients*each*(64+4) {
			t.Errorf("got %+v", u)
		}
		// The next schedule goes on with the numbers, and knows nothing of what was lost before.
		sendAll(t, f, wire.Send{Rate: 100, Count: each, Size: 64})
		if u = collect(t, f, wire.Collect{}).Counts; u.UplinksDue != clients*each || u.UplinksConfirmed != u.UplinksDue || u.UplinksUnasked != 0 {
			t.Errorf("then %+v", u)
		}
	})
}

// What is confirmed only after its report has been closed is lost there, and in no other report.
func TestConfirmationsThatComeTooLate(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		late := make(chan struct{})
		f := ramped(t, o, confirming(t, func(id wire.Uplink) []wire.Uplink {
			if id.Number == 2 {
				<-late
			}
			return once(id)
		}), 1)
		sendAll(t, f, wire.Send{Rate: 1000, Count: 2, Size: 64})
		f.until(t, func(sum wire.Counts) bool { return sum.UplinksConfirmed == 1 })
		r, err := f.Collect(t.Context(), wire.Collect{Timeout: 50 * time.Millisecond})
		if err != nil || r.UplinksDue != 2 || r.UplinksConfirmed != 1 {
			t.Errorf("got %+v, %v", r.Counts, err)
		}
		close(late)
		sendAll(t, f, wire.Send{Rate: 1000, Count: 3, Size: 64})
		if u := collect(t, f, wire.Collect{}).Counts; u.UplinksDue != 3 || u.UplinksConfirmed != 3 || u.UplinksUnasked != 0 {
			t.Errorf("then %+v", u)
		}
	})
}

// Messages due at a client whose connection is gone are lost, and keep nobody waiting.
func TestUplinksWithoutAConnection(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		f := ramped(t, o, scripted(t, func(_ int, conn net.Conn) {
			_, _ = conn.Write(greeting(0))
			_, _ = io.ReadFull(conn, make([]byte, 4+64)) // hears one message, and leaves
		}), 3)
		sendAll(t, f, wire.Send{Rate: 100, Count: 20, Size: 64})
		u := collect(t, f, wire.Collect{}).Counts
		if u.UplinksDue != 3*20 || u.UplinksConfirmed != 0 || u.UplinksSent < 3 || u.UplinksSent == u.UplinksDue {
			t.Errorf("got %+v", u)
		}
	})
}

// The round trip counts from the schedule: a server that sleeps on a message delays all behind it, and every one of them says so.
func TestRoundTripsCountFromTheSchedule(t *testing.T) {
	const pause = 100 * time.Millisecond
	everyEngine(t, func(t *testing.T, o Options) {
		f := ramped(t, o, confirming(t, func(id wire.Uplink) []wire.Uplink {
			if id.Number == 1 {
				wire.SleepUntil(wire.Now() + int64(pause))
			}
			return once(id)
		}), 1)
		sendAll(t, f, wire.Send{Rate: 1000, Count: 50, Size: 64}) // all within the pause
		r := collect(t, f, wire.Collect{})
		h, err := r.Histograms[uplinkRoundTrip].Decode()
		if err != nil || h.TotalCount() != 50 {
			t.Fatalf("%d round trips, %v", h.TotalCount(), err)
		}
		if least := time.Duration(h.Min()); least < pause-60*time.Millisecond || time.Duration(h.Max()) < pause {
			t.Errorf("round trips from %v to %v, with a pause of %v in front of all", least, time.Duration(h.Max()), pause)
		}
	})
}

// silentDecoder subscribes as tcp does, and carries nothing of its client.
type silentDecoder struct{ Decoder }

// Where subscriptions carry nothing, each client posts beside its own, one message after the other on a kept connection.
func TestClientsThatPost(t *testing.T) {
	const clients, each = 5, 20
	everyEngine(t, func(t *testing.T, o Options) {
		var connections, requests atomic.Int64
		stream := scripted(t, func(_ int, conn net.Conn) { _, _ = conn.Write(greeting(0)); hold(conn) })
		posts := listening(t, func(_ int, conn net.Conn) {
			connections.Add(1)
			in := bufio.NewReader(conn)
			for {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				body, _ := io.ReadAll(r.Body)
				if in.Buffered() > 0 {
					t.Error("a request came before the one before it was answered")
				}
				if len(body) > 0 {
					requests.Add(1)
				}
				_, _ = fmt.Fprint(conn, "HTTP/1.1 204 No Content\r\n\r\n")
			}
		})
		f := newFleetOf(t, o, Client{
			Decoder: func() Decoder { return silentDecoder{tcpDecoder()} }, Post: func() Decoder { return post.New() },
		})
		ramp := wire.Ramp{Targets: []wire.Target{stream}, Connections: clients, Agents: 1}
		if err := f.Ramp(t.Context(), ramp); err != nil {
			t.Fatal(err)
		}
		if err := f.Send(t.Context(), wire.Send{Rate: 1, Count: 1, Size: 64}); err == nil {
			t.Error("sent without anything to send on")
		}
		f.targets = []wire.Target{posts} // where a lane has both
		if err := f.OpenUplinks(t.Context(), wire.OpenUplinks{PerSecond: 1000, Agents: 1}); err != nil {
			t.Fatal(err)
		}
		opened := collect(t, f, wire.Collect{})
		if opened.UplinksOpen != clients || opened.Connections != clients {
			t.Errorf("%d connections beside %d subscriptions, want %d", opened.UplinksOpen, opened.Connections, clients)
		}
		sendAll(t, f, wire.Send{Rate: 1000, Count: each, Size: 64}) // faster than answers can come on some machines
		u := collect(t, f, wire.Collect{}).Counts
		if u.UplinksConfirmed != clients*each || u.UplinksUnasked != 0 || u.UplinksRead < u.UplinksConfirmed*20 || requests.Load() != clients*each {
			t.Errorf("%+v, and the server has heard %d messages", u, requests.Load())
		}
		if n := connections.Load(); n != clients {
			t.Errorf("%d connections were opened, want %d that are kept", n, clients)
		}
		if err := f.CloseUplinks(t.Context(), wire.Nothing{}); err != nil {
			t.Fatal(err)
		}
		r := collect(t, f, wire.Collect{})
		if r.UplinksOpen != 0 || r.Connections != clients || r.Closed+r.Cut != 0 || len(r.Errors) > 0 {
			t.Errorf("behind the end: %+v, errors %v", r.Counts, r.Errors)
		}
	})
}

// Clients that read slowly or are dead are in no figure of what clients send.
func TestUplinksOfTheSlowAndTheDeadAreNotCounted(t *testing.T) {
	const clients, each = 20, 5
	everyEngine(t, func(t *testing.T, o Options) {
		f := ramped(t, o, confirming(t, once), clients)
		f.Profile(t.Context(), wire.Profile{Slow: wire.Slow{Share: 0.25}})
		f.Blackhole(t.Context(), wire.Blackhole{Share: 0.25})
		sendAll(t, f, wire.Send{Rate: 500, Count: each, Size: 64})
		u := collect(t, f, wire.Collect{}).Counts
		if u.UplinksDue != clients/2*each || u.UplinksConfirmed != u.UplinksDue || u.UplinksUnasked != 0 {
			t.Errorf("got %+v, want %d of the others", u, clients/2*each)
		}
	})
}
