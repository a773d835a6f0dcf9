package hub

import (
	"errors"
	"math/rand/v2"
	"testing"
)

// partial is a sink that cannot wait: it takes some messages, and then none before it is opened again.
type partial struct {
	seqs       []uint64
	room       int
	heartbeats int
}

func (p *partial) Send(batch []Message) error {
	n := min(p.room, len(batch))
	for _, m := range batch[:n] {
		p.seqs = append(p.seqs, m.Seq)
	}
	p.room -= n
	switch {
	case n == len(batch):
		return nil
	case n == 0:
		return Full{Through: batch[0].Seq - 1}
	default:
		return Full{Through: batch[n-1].Seq}
	}
}

func (p *partial) Heartbeat() error { p.heartbeats++; return nil }

// Whatever a sink takes at a time, it is handed every message once and in order, and only what it took is counted.
func TestAFullSinkGoesOnWhereItStopped(t *testing.T) {
	const messages = 500
	h := New(Config{History: messages, Greet: greet})
	defer h.Close()
	sink := &partial{room: 1} // for the greeting
	s, err := h.Subscribe(Live, Policy{Lag: Disconnect}, sink)
	if err != nil {
		t.Fatal(err)
	}
	defer s.End()
	sink.seqs = nil
	for len(sink.seqs) < messages {
		publish(h, min(rand.IntN(100), messages-int(h.Last())))
		sink.room = rand.IntN(70)
		if err := s.Advance(); err != nil {
			t.Fatal(err)
		}
		if n := h.Stats()["delivered"]; n != float64(len(sink.seqs)) {
			t.Fatalf("%v delivered, want the %d that were taken", n, len(sink.seqs))
		}
	}
	wantRun(t, sink.seqs, 1, messages)
	if sink.heartbeats > 0 {
		t.Error("a heartbeat without a beat")
	}
}

func TestAFullSinkIsOvertakenAndCut(t *testing.T) {
	h := New(Config{History: 64, Greet: greet})
	defer h.Close()
	sink := &partial{room: 1}
	s, err := h.Subscribe(Live, Policy{Lag: Disconnect}, sink)
	if err != nil {
		t.Fatal(err)
	}
	defer s.End()
	publish(h, 1)
	if err := s.Advance(); err != nil {
		t.Fatalf("a full sink: %v, want no error", err)
	}
	publish(h, 1000)
	if err := s.Advance(); !errors.Is(err, ErrLagged) {
		t.Errorf("got %v, want ErrLagged", err)
	}
	h.Cut()
	if err := s.Advance(); !errors.Is(err, ErrCut) {
		t.Errorf("got %v, want ErrCut", err)
	}
}

// A subscriber whose greeting cannot be sent has never been one.
func TestAGreetingThatDoesNotGoOutIsAnError(t *testing.T) {
	h := New(Config{History: 64, Greet: greet})
	defer h.Close()
	if _, err := h.Subscribe(Live, Policy{Lag: Disconnect}, &partial{}); !errors.As(err, new(Full)) {
		t.Errorf("got %v, want Full", err)
	}
	if s := h.Stats(); s["subscribers"] != 0 || s["greeted"] != 0 {
		t.Errorf("%v subscribers, %v greeted, want none", s["subscribers"], s["greeted"])
	}
}
