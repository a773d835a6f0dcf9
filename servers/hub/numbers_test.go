package hub

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

// take is a sink with room for everything.
type take struct{ greeting, seqs []uint64 }

func (s *take) Send(batch []Message) error {
	for _, m := range batch {
		if len(m.Data) == 0 {
			s.greeting = append(s.greeting, m.Seq)
			continue
		}
		s.seqs = append(s.seqs, m.Seq)
	}
	return nil
}
func (*take) Heartbeat() error { return nil }

// span returns the numbers from one through another.
func span(from, through uint64) (all []uint64) {
	for n := from; n <= through; n++ {
		all = append(all, n)
	}
	return all
}

func appendAll(h *Hub, numbers ...uint64) {
	for _, n := range numbers {
		h.Append(n, []byte{1}, false)
	}
}

// Whoever subscribes gets what is there and comes, in order and once, wherever the numbers have gaps.
func TestASubscriptionBeginsBehindANumber(t *testing.T) {
	for _, c := range []struct {
		name     string
		given    bool
		before   []uint64 // appended before the subscription
		after    uint64
		then     []uint64 // appended behind it
		greeting uint64
		want     []uint64
	}{
		{"within a run", true, span(1, 10), 7, span(11, 12), 7, span(8, 12)},
		{"a fresh process that begins high", true, nil, Live, span(1000, 1002), 0, span(1000, 1002)},
		{"who was cut comes back to a fresh process", true, nil, 997, span(1000, 1002), 997, span(1000, 1002)},
		{"what was published meanwhile is there", true, span(1000, 1005), 997, span(1006, 1007), 997, span(1000, 1007)},
		{"who is ahead of a server gets nothing twice", true, span(1, 5), 8, span(6, 10), 8, span(9, 10)},
		{"who is ahead of a fresh server gets nothing twice", true, nil, 8, span(6, 10), 8, span(9, 10)},
		{"who is ahead, and a gap is there", true, span(1, 5), 8, []uint64{6, 20}, 8, []uint64{20}},
		{"a fresh process that numbers by itself", false, nil, 500, span(1, 3), 0, span(1, 3)},
		{"one that numbers by itself is behind", false, span(1, 3), 500, span(4, 6), 3, span(4, 6)},
		{"before a gap", true, []uint64{1, 2, 50, 51}, 2, nil, 2, span(50, 51)},
		{"within a gap", true, []uint64{1, 2, 50, 51}, 30, nil, 30, span(50, 51)},
		{"behind a gap", true, []uint64{1, 2, 50, 51}, 50, nil, 50, []uint64{51}},
		{"live, and a gap comes", true, span(1, 3), Live, []uint64{9}, 3, []uint64{9}},
		{"a repeat is nothing new", true, span(1, 5), 3, []uint64{2, 5, 6, 6}, 3, span(4, 6)},
		{"gaps at the ends of chunks", true, append(span(1, 63), append(span(65, 127), span(200, 300)...)...), 60, nil, 60, append(span(61, 63), append(span(65, 127), span(200, 300)...)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := New(Config{History: 1024, Greet: greet, Given: c.given})
			defer h.Close()
			appendAll(h, c.before...)
			sink := &take{}
			s, err := h.Subscribe(c.after, Policy{Lag: Disconnect}, sink)
			if err != nil {
				t.Fatal(err)
			}
			defer s.End()
			for _, n := range c.then {
				appendAll(h, n)
				if err := s.Advance(); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Advance(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(sink.greeting, []uint64{c.greeting}) || !slices.Equal(sink.seqs, c.want) {
				t.Errorf("greeting %v, messages %v\nwant %d, %v", sink.greeting, sink.seqs, c.greeting, c.want)
			}
			if n := h.Stats()["delivered"]; n != float64(len(c.want)) {
				t.Errorf("%v delivered, want %d", n, len(c.want))
			}
		})
	}
}

func TestGapsAndRepeatsAreCounted(t *testing.T) {
	h := New(Config{History: 64, Greet: greet, Given: true})
	defer h.Close()
	appendAll(h, 0, 1000, 1001, 1001, 1005, 7, 1006, 1010)
	s := h.Stats()
	for name, want := range map[string]float64{"published": 5, "gaps": 6, "repeats": 3} {
		if s[name] != want {
			t.Errorf("%s = %v, want %v", name, s[name], want)
		}
	}
	if last, next := h.Last(), h.Publish(nil); last != 1010 || next != 1011 {
		t.Errorf("the last number is %d and the next %d, want 1010 and 1011", last, next)
	}
}

// A gap costs no history, and what the ring has lost is known by its number.
func TestTheRingHoldsMessagesNotNumbers(t *testing.T) {
	var numbers []uint64
	for i := range uint64(1000) {
		numbers = append(numbers, 10*i+5)
	}
	for _, c := range []struct {
		after   uint64
		lag     Lag
		skipped int
		err     error
	}{
		{numbers[999-128], Disconnect, 0, nil},
		{numbers[999-128] + 4, Disconnect, 0, nil},
		{numbers[3], Disconnect, 0, ErrLagged},
		{numbers[3] + 9, Skip, 828, nil}, // to the first of three chunks, at place 833
		{0, Skip, 832, nil},
	} {
		t.Run(fmt.Sprintf("%s after %d", c.lag, c.after), func(t *testing.T) {
			h := New(Config{History: 128, Greet: greet, Given: true})
			defer h.Close()
			appendAll(h, numbers...)
			sink := &take{}
			s, err := h.Subscribe(c.after, Policy{Lag: c.lag}, sink)
			if err != nil {
				t.Fatal(err)
			}
			defer s.End()
			if err := s.Advance(); !errors.Is(err, c.err) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
			if c.err != nil {
				return
			}
			from := slices.IndexFunc(numbers, func(n uint64) bool { return n > c.after }) + c.skipped
			if !slices.Equal(sink.seqs, numbers[from:]) || h.Stats()["skipped"] != float64(c.skipped) {
				t.Errorf("%d messages, %v skipped; want %d and %d", len(sink.seqs), h.Stats()["skipped"], 1000-from, c.skipped)
			}
		})
	}
}

// Subscribers that come while numbers jump see all that is there from where they began.
func TestGapsComeWhileSubscribersDo(t *testing.T) {
	const messages = 3000
	h := New(Config{History: messages, Greet: greet, Given: true})
	defer h.Close()
	var all sync.WaitGroup
	for i := range uint64(8) {
		all.Go(func() {
			sink := &take{}
			after := i * 700
			for len(sink.seqs) == 0 || sink.seqs[len(sink.seqs)-1] < 3*messages {
				s, err := h.Subscribe(after, Policy{Lag: Disconnect}, sink)
				if err == nil {
					err = s.Advance()
				}
				if err != nil {
					t.Error(err)
					return
				}
				s.End()
				if n := len(sink.seqs); n > 0 {
					after = sink.seqs[n-1]
				}
				runtime.Gosched()
			}
			want := slices.DeleteFunc(span(i*700+1, 3*messages), func(n uint64) bool { return n%3 > 0 })
			if !slices.Equal(sink.seqs, want) {
				t.Errorf("after %d: %d messages, want %d", i*700, len(sink.seqs), len(want))
			}
		})
	}
	for n := range uint64(messages) {
		appendAll(h, 3*(n+1))
	}
	all.Wait()
}
