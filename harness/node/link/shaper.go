package link

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// shaper decides what becomes of the packets of one direction. It keeps no time and no packets: what it decides depends on its seed
// and on what it is told alone. One goroutine at a time may ask it; counters can be read at any time.
type shaper struct {
	wire.Link

	random *rand.Rand
	idle   int64 // when all packets before have been sent, at the rate
	last   int64 // when the packet before arrives

	turn     int64   // when the jitter was from
	from, to float64 // ns

	outage atomic.Int64 // until then nothing passes

	packets    atomic.Uint64 // that came
	bytes      atomic.Uint64 // of them, IP headers included
	lost       atomic.Uint64 // by chance
	overflowed atomic.Uint64 // the queue of the rate, or the box
	blacked    atomic.Uint64 // in an outage
	overtaking atomic.Uint64
}

// newShaper makes the shaper of a direction, by its number.
func newShaper(l wire.Link, direction uint64) *shaper {
	return &shaper{Link: l, random: rand.New(rand.NewPCG(l.Seed, direction))} //nolint:gosec // repeatable, not secret
}

// fate is what becomes of a packet.
type fate int

const (
	dropped   fate = iota
	delayed        // arrives in the order of the packets
	undelayed      // arrives before packets that came earlier
)

// admit decides about a packet of so many bytes that came at a time, and says when it is to arrive. Times are in nanoseconds.
func (s *shaper) admit(now int64, size int) (arrives int64, f fate) {
	s.packets.Add(1)
	s.bytes.Add(uint64(size)) //nolint:gosec // a packet's
	if now < s.outage.Load() {
		s.blacked.Add(1)
		return 0, dropped
	}
	if s.Loss > 0 && s.random.Float64() < s.Loss {
		s.lost.Add(1)
		return 0, dropped
	}
	sent := now
	if s.Rate > 0 {
		sent = max(now, s.idle)
		if sent-now > int64(s.Queue) {
			s.overflowed.Add(1)
			return 0, dropped
		}
		sent += serialization(size, s.Rate)
		s.idle = sent
	}
	if s.Reorder > 0 && s.random.Float64() < s.Reorder {
		s.overtaking.Add(1)
		return sent, undelayed
	}
	arrives = sent + int64(s.RTT/2)
	if s.Jitter > 0 {
		arrives += s.wander(now)
	}
	s.last = max(s.last, arrives)
	return s.last, delayed
}

// wander is how much later or earlier than by half of the round trip a packet arrives that came at a time. Between moments that are two
// jitters apart it goes from one even chance to the next in a straight line: packets that come together are delayed alike, as by
// a radio or a queue elsewhere, and since no delay shrinks by more than half of the time that passes, they keep their order. A
// chance for each packet would have those of one message to many clients wait for the slowest of them.
func (s *shaper) wander(now int64) int64 {
	period := 2 * int64(s.Jitter)
	even := func() float64 { return float64(s.Jitter) * (s.random.Float64() - 0.5) }
	for ; now >= s.turn+period; s.turn += period {
		if now >= s.turn+2*period { // nothing came for a while
			s.turn = now - period
			s.to = even()
		}
		s.from, s.to = s.to, even()
	}
	share := float64(now-s.turn) / float64(period)
	return int64(s.from + (s.to-s.from)*share)
}

// serialization is how long a packet takes at a rate in bits a second, in nanoseconds.
func serialization(size int, rate float64) int64 {
	return int64(float64(size) * 8 / rate * float64(time.Second))
}

// stats are the counters of a direction under its name.
func (s *shaper) stats(direction string, into wire.Stats) {
	for name, counter := range map[string]*atomic.Uint64{
		"packets": &s.packets, "bytes": &s.bytes, "lost": &s.lost, "overflowed": &s.overflowed, "blacked_out": &s.blacked, "overtaking": &s.overtaking,
	} {
		into[direction+"_"+name] = float64(counter.Load())
	}
}
