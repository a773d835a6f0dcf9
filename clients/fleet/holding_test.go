package fleet

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// An event that is none of ours and too long to be is passed over, reported, and costs no message.
func TestHugeEventsAreSkipped(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections, messages = 8, 4
		q := quirkyFleet(t, o, "huge-event", connections, wire.Profile{})
		q.publish(t, messages)
		r, err := q.Collect(t.Context(), wire.Collect{Through: q.last, Last: q.due, Timeout: patience})
		if err != nil {
			t.Fatal(err)
		}
		delay, err := r.Histograms[generatorDelay].Decode()
		if err != nil || delay.TotalCount() > connections*(messages+connections) {
			t.Errorf("%d reads count as the generator's delay (%v): what is passed over does", delay.TotalCount(), err)
		}
		if r.Received != connections*messages || r.Skipped != connections || len(r.Errors) > 0 {
			t.Errorf("%d of %d received, %d skipped, errors %v", r.Received, connections*messages, r.Skipped, r.Errors)
		}
	})
}

// What an event without an end takes is bounded by the limit, and not by what the server sends.
func TestEndlessEventsTakeNoMemory(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections, each = 40, 512 << 10
		q := quirkyFleet(t, o, "endless-line", connections, wire.Profile{})
		for deadline := time.Now().Add(patience); ; {
			var read uint64
			unlock := q.lockShards()
			for _, r := range q.shards {
				read += r.Bytes
			}
			unlock()
			if read > connections*each {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d bytes came", read)
			}
			<-time.After(time.Millisecond)
		}
		unlock := q.lockShards()
		defer unlock()
		for c := range q.clients() { // slices grow by doubling
			if holds, most := c.decoder.(holder).Holding(), 2*wire.LimitFor(64).Bytes(); holds > most {
				t.Errorf("client %d holds %d bytes, want at most %d", c.number, holds, most)
			}
		}
	})
}

// All clients together hold no more than the bound, and who is over it is told so.
func TestTheFleetIsBounded(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const connections, each, bound = 10, 1 << 20, 4 << 20
		begin := make(chan struct{})
		target := events(t, wire.External{}, func(_ int, conn net.Conn) {
			<-begin
			fmt.Fprint(conn, "data: ", strings.Repeat("x", each))
			hold(conn)
		})
		f := subscribed(t, o, target, connections)
		f.bound.Store(bound)
		close(begin)
		const want = "the connections of an agent hold more than 4 MiB of messages that have not ended"
		told := 0
		for deadline := time.Now().Add(patience); told == 0; {
			r, err := f.Collect(t.Context(), wire.Collect{})
			if err != nil {
				t.Fatal(err)
			}
			for text, n := range r.Errors {
				if strings.HasPrefix(text, want) {
					told += n
				} else {
					t.Errorf("%d times: %s", n, text)
				}
			}
			if time.Now().After(deadline) {
				t.Fatal("no connection has ended")
			}
			if n := f.holding.Load(); n > bound+2*each {
				t.Fatalf("%d bytes are held", n)
			}
		}
	})
}

func TestBoundOf(t *testing.T) {
	for _, c := range []struct {
		clients int
		limit   wire.Limit
		want    int64
	}{
		{10, wire.LimitFor(128), 256 << 20},
		{5000, wire.LimitFor(128), 256 << 20},
		{50_000, wire.LimitFor(128), 256 << 20},
		{5000, wire.LimitFor(wire.MaxSize), 5000 * wire.MostLimit / 2},
		{100, 0, 256 << 20},
	} {
		if got := boundOf(c.clients, c.limit); got != c.want {
			t.Errorf("%d clients of %d bytes: %d, want %d", c.clients, c.limit, got, c.want)
		}
	}
}
