package hub

import (
	"errors"
	"sort"
)

// Subscription is one subscriber's place in the ring and counts: all there is of a subscriber. Deliver keeps one on
// the stack of its goroutine; an event loop keeps many and advances each when the hub wakes it.
type Subscription struct {
	hub    *Hub
	policy Policy
	sink   Sink
	cursor uint64 // place of the last message handed to the sink
	after  uint64 // number up to which nothing is delivered
	cuts   uint64 // of the hub when it began
	beat   uint64 // last beat of the hub that was looked at
	sent   bool   // something was sent since that beat
}

// Subscribe greets a subscriber to the messages after a number. Unless it fails, End must follow.
func (h *Hub) Subscribe(after uint64, p Policy, sink Sink) (Subscription, error) {
	h.counters.subscribers.Add(1)
	if h.config.Wrap != nil {
		sink = h.config.Wrap(sink)
	}
	s := Subscription{hub: h, policy: p, sink: sink, cuts: h.cuts.Load()}
	s.cursor, s.after = h.start(after)
	if err := s.greet(); err != nil {
		s.End()
		return Subscription{}, err
	}
	h.counters.greeted.Add(1)
	s.beat = h.beats.Load()
	return s, nil
}

// End records that the subscriber has left.
func (s *Subscription) End() { s.hub.counters.subscribers.Add(-1) }

// Advance does all that is due: messages, or a heartbeat. It returns the sink's error, ErrLagged or ErrCut; nil also when
// the sink is full, and then it is to be called again when that has room.
func (s *Subscription) Advance() error {
	if s.hub.cuts.Load() != s.cuts {
		return ErrCut
	}
	if err := s.drain(); err != nil {
		if errors.As(err, new(Full)) {
			return nil
		}
		return err
	}
	return s.heartbeat(false)
}

// greet confirms the subscription and sends where it begins.
func (s *Subscription) greet() error {
	m := Message{Seq: s.after, Data: s.hub.config.Greet(s.after)}
	if s.hub.config.Encode != nil {
		m.Frame = s.hub.config.Encode(m)
	}
	s.sent = true
	return s.sink.Send([]Message{m})
}

// drain sends all that is known after the cursor, or as much as the sink takes.
func (s *Subscription) drain() error {
	for s.cursor < s.hub.count.Load() {
		batch := s.hub.batch(s.cursor + 1)
		if batch == nil {
			if err := s.lag(); err != nil {
				return err
			}
			continue
		}
		if batch[0].Seq <= s.after { // it has them from a server that was ahead of this one
			known := through(batch, s.after)
			s.cursor += known
			if batch = batch[known:]; len(batch) == 0 {
				continue
			}
		}
		err := s.sink.Send(batch)
		taken := uint64(len(batch))
		if err != nil {
			var full Full
			if !errors.As(err, &full) {
				return err
			}
			taken = through(batch, full.Through)
		}
		s.hub.counters.delivered.Add(int64(taken)) //nolint:gosec // at most a batch
		s.sent = s.sent || taken > 0
		s.cursor += taken
		if err != nil {
			return err
		}
	}
	return nil
}

// through is how many messages of a batch have numbers up to one.
func through(batch []Message, number uint64) uint64 {
	return uint64(sort.Search(len(batch), func(i int) bool { return batch[i].Seq > number })) //nolint:gosec // at most a batch
}

// lag applies the policy to a cursor that has left the ring.
func (s *Subscription) lag() error {
	if s.policy.Lag == Disconnect {
		s.hub.counters.lagged.Add(1)
		return ErrLagged
	}
	next := max(s.hub.oldest(), s.cursor+1)
	s.hub.counters.skipped.Add(int64(next - s.cursor - 1)) //nolint:gosec // fewer than were ever published
	s.cursor = next - 1
	return nil
}

// heartbeat looks at a beat, the hub's or the subscription's own alarm, and sends one if nothing was sent since the beat
// before.
func (s *Subscription) heartbeat(alarm bool) error {
	if !alarm {
		beat := s.hub.beats.Load()
		if s.policy.OwnTimer || beat == s.beat {
			return nil
		}
		s.beat = beat
	}
	s.sent = !s.sent // either way the next beat sees the opposite: what was sent is forgotten, or a heartbeat was sent
	if !s.sent {
		return nil
	}
	s.hub.counters.heartbeats.Add(1)
	return s.sink.Heartbeat()
}
