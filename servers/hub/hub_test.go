package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// recording is a sink that keeps what it was handed; gate, when set, blocks Send until it is closed.
type recording struct {
	mu         sync.Mutex
	greeted    chan uint64
	seqs       []uint64
	largest    int
	heartbeats []time.Time
	gate       <-chan struct{}
	done       chan struct{} // closed when the sequence number until was seen
	until      uint64
}

func newRecording(until uint64) *recording {
	return &recording{greeted: make(chan uint64, 1), done: make(chan struct{}), until: until}
}

func (r *recording) Send(batch []Message) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(batch[0].Data) == 0 {
		r.greeted <- batch[0].Seq
		return nil
	}
	if r.gate != nil {
		<-r.gate
	}
	r.largest = max(r.largest, len(batch))
	for _, m := range batch {
		if got := binary.LittleEndian.Uint64(m.Data); got != m.Seq {
			return fmt.Errorf("message %d carries %d", m.Seq, got)
		}
		r.seqs = append(r.seqs, m.Seq)
	}
	if r.seqs[len(r.seqs)-1] == r.until {
		close(r.done)
	}
	return nil
}

func (r *recording) Heartbeat() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heartbeats = append(r.heartbeats, time.Now())
	return nil
}

func greet(uint64) []byte { return nil }

func publish(h *Hub, n int) {
	for range n {
		h.Publish(binary.LittleEndian.AppendUint64(nil, h.Last()+1))
	}
}

func wantRun(t *testing.T, seqs []uint64, from, through uint64) {
	t.Helper()
	if len(seqs) != int(through-from+1) {
		t.Fatalf("%d messages, want %d to %d", len(seqs), from, through)
	}
	for i, s := range seqs {
		if s != from+uint64(i) {
			t.Fatalf("message %d of the run is %d, want %d", i, s, from+uint64(i))
		}
	}
}

func TestEverySubscriberSeesEveryMessageInOrder(t *testing.T) {
	const subscribers, messages = 50, 3000
	h := New(Config{History: messages, Greet: greet})
	defer h.Close()
	var all sync.WaitGroup
	sinks := make([]*recording, subscribers)
	for i := range sinks {
		sinks[i] = newRecording(messages)
		ctx, cancel := context.WithCancel(t.Context())
		all.Go(func() {
			if err := h.Deliver(ctx, 0, Policy{Lag: Disconnect}, sinks[i]); !errors.Is(err, context.Canceled) {
				t.Errorf("subscriber %d: %v", i, err)
			}
		})
		go func() { <-sinks[i].done; cancel() }()
	}
	var publishers sync.WaitGroup
	start := make(chan struct{})
	publishers.Go(func() {
		<-start
		for range messages {
			publish(h, 1)
			if rand.IntN(100) == 0 {
				runtime.Gosched() // lets some subscribers catch up, so that both waiting and draining are met
			}
		}
	})
	close(start)
	publishers.Wait()
	all.Wait()
	for _, s := range sinks {
		wantRun(t, s.seqs, 1, messages)
	}
}

func TestDeliverBeginsWhereItWasAsked(t *testing.T) {
	for _, c := range []struct {
		name             string
		published        int
		after            uint64
		greeting, oldest uint64
	}{
		{"from the beginning", 200, 0, 0, 1},
		{"resume inside a chunk", 200, 70, 70, 71},
		{"resume at a chunk's end", 200, 64, 64, 65},
		{"live", 200, Live, 200, 201},
		{"live in an empty hub", 0, Live, 0, 1},
		{"a number from the future is now", 200, 1000, 200, 201},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := New(Config{History: 1024, Greet: greet})
			defer h.Close()
			publish(h, c.published)
			through := uint64(c.published + 5)
			s := newRecording(through)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { _ = h.Deliver(ctx, c.after, Policy{Lag: Disconnect}, s) }()
			if g := <-s.greeted; g != c.greeting {
				t.Errorf("greeting says %d, want %d", g, c.greeting)
			}
			publish(h, 5)
			<-s.done
			wantRun(t, s.seqs, c.oldest, through)
		})
	}
}

func TestLagPolicies(t *testing.T) {
	const history, published = 128, 1000
	for _, lag := range []Lag{Disconnect, Skip} {
		t.Run(string(lag), func(t *testing.T) {
			h := New(Config{History: history, Greet: greet})
			defer h.Close()
			publish(h, published)
			s := newRecording(published)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- h.Deliver(ctx, 3, Policy{Lag: lag}, s) }()
			if lag == Disconnect {
				if err := <-ended; !errors.Is(err, ErrLagged) {
					t.Fatalf("got %v, want ErrLagged", err)
				}
				if n := h.Stats()["lagged"]; n != 1 {
					t.Errorf("lagged = %v, want 1", n)
				}
				cancel()
				return
			}
			<-s.done
			cancel()
			<-ended
			skipped := h.Stats()["skipped"]
			if len(s.seqs) < history {
				t.Errorf("only %d messages are left of a history of %d", len(s.seqs), history)
			}
			if got := float64(len(s.seqs)) + skipped + 3; got != published {
				t.Errorf("%d delivered + %v skipped + 3 seen = %v, want %d", len(s.seqs), skipped, got, published)
			}
			wantRun(t, s.seqs, uint64(skipped)+4, published)
		})
	}
}

// A subscriber that blocks in Send must hold up neither the publisher nor anybody else.
func TestAStalledSubscriberStallsNobody(t *testing.T) {
	h := New(Config{History: 4096, Greet: greet})
	defer h.Close()
	gate := make(chan struct{})
	stalled, healthy := newRecording(1000), newRecording(1000)
	stalled.gate = gate
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, s := range []*recording{stalled, healthy} {
		go func() { _ = h.Deliver(ctx, 0, Policy{Lag: Disconnect}, s) }()
		<-s.greeted
	}
	publish(h, 1000)
	<-healthy.done
	close(gate)
	<-stalled.done
	wantRun(t, stalled.seqs, 1, 1000)
	if stalled.largest < 2 {
		t.Error("the backlog of a stalled subscriber was not sent in batches")
	}
}

func TestHeartbeatKeepsSilenceWithinTheInterval(t *testing.T) {
	for _, own := range []bool{false, true} {
		t.Run(fmt.Sprintf("own timer %v", own), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const every = 10 * time.Second
				h := New(Config{History: 64, Heartbeat: every, Greet: greet})
				s := newRecording(2)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- h.Deliver(ctx, 0, Policy{Lag: Disconnect, OwnTimer: own}, s) }()
				<-s.greeted
				start := time.Now()
				time.Sleep(31 * time.Second)
				synctest.Wait()
				if n := len(s.heartbeats); n != 3 {
					t.Errorf("%d heartbeats in 31 s of silence, want one each 10 s", n)
				}
				publish(h, 1)
				sent := time.Now()
				time.Sleep(every)
				synctest.Wait()
				cancel()
				<-ended
				h.Close()
				last := s.heartbeats[len(s.heartbeats)-1]
				if !last.After(sent) || last.Sub(sent) > every {
					t.Errorf("silence from %v was not ended within %v: heartbeats %v", sent.Sub(start), every, s.heartbeats)
				}
			})
		})
	}
}

func TestEncodeRunsOncePerMessage(t *testing.T) {
	var encoded atomic.Int64
	h := New(Config{History: 64, Greet: greet, Encode: func(m Message) any {
		if len(m.Data) > 0 {
			encoded.Add(1)
		}
		return m.Seq
	}})
	defer h.Close()
	var sinks []*recording
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 10 {
		s := newRecording(20)
		go func() { _ = h.Deliver(ctx, 0, Policy{Lag: Disconnect}, s) }()
		sinks = append(sinks, s)
	}
	publish(h, 20)
	for _, s := range sinks {
		<-s.done
	}
	if n := encoded.Load(); n != 20 {
		t.Errorf("20 messages were encoded %d times", n)
	}
}

// counting is the cheapest sink there is, so that the benchmark shows the hub.
type counting struct{ waiting *sync.WaitGroup }

func (c counting) Send(batch []Message) error {
	c.waiting.Add(-len(batch))
	return nil
}
func (counting) Heartbeat() error { return nil }

// BenchmarkWake measures publish to last delivery, per woken subscriber. Run with -cpu 1: the bars are for one core.
func BenchmarkWake(b *testing.B) {
	for _, n := range []int{1, 1000, 15000} {
		b.Run(fmt.Sprintf("subscribers=%d", n), func(b *testing.B) {
			h := New(Config{History: 1024, Greet: greet})
			defer h.Close()
			ctx, cancel := context.WithCancel(b.Context())
			var waiting, ended sync.WaitGroup
			waiting.Add(n) // the greetings
			for range n {
				ended.Go(func() { _ = h.Deliver(ctx, Live, Policy{Lag: Disconnect}, counting{&waiting}) })
			}
			waiting.Wait()
			b.ReportAllocs()
			for b.Loop() {
				waiting.Add(n)
				h.Publish(nil)
				waiting.Wait()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/subscriber")
			cancel()
			ended.Wait()
		})
	}
}
