package link

import (
	"math"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// arrivals has a shaper decide about n packets of so many bytes, one every so often.
func arrivals(s *shaper, n, size int, every time.Duration) (at []time.Duration, fates map[fate]int) {
	fates = map[fate]int{}
	for i := range n {
		due, f := s.admit(int64(i)*int64(every), size)
		if fates[f]++; f != dropped {
			at = append(at, time.Duration(due))
		}
	}
	return at, fates
}

func TestDelayIsHalfOfTheRoundTrip(t *testing.T) {
	at, _ := arrivals(newShaper(wire.Link{RTT: 40 * time.Millisecond}, 0), 3, 1500, time.Millisecond)
	for i, a := range at {
		if want := time.Duration(i)*time.Millisecond + 20*time.Millisecond; a != want {
			t.Errorf("packet %d arrives at %v, want %v", i, a, want)
		}
	}
}

// Packets of 1250 bytes take a millisecond at 10 Mbit/s. What would wait for more than the queue is dropped, and takes no time of the rate.
func TestRateAndQueue(t *testing.T) {
	s := newShaper(wire.Link{Rate: 10e6, Queue: 5 * time.Millisecond}, 0)
	at, fates := arrivals(s, 10, 1250, 0)
	if len(at) != 6 || fates[dropped] != 4 || s.overflowed.Load() != 4 {
		t.Fatalf("of 10 packets at once %d pass and %v: want the one on the wire, 5 ms of others, and 4 dropped", len(at), fates)
	}
	for i, a := range at {
		if want := time.Duration(i+1) * time.Millisecond; a != want {
			t.Errorf("packet %d arrives at %v, want %v", i, a, want)
		}
	}
	if due, f := s.admit(int64(time.Second), 1250); f == dropped || time.Duration(due) != time.Second+time.Millisecond {
		t.Errorf("after a rest a packet arrives at %v", time.Duration(due))
	}
}

// By a fixed seed, so that this fails only for a reason: another seed is within four standard deviations nearly always.
func TestLossIsTheShare(t *testing.T) {
	const n = 100_000
	for _, share := range []float64{0, 0.01, 0.05, 0.15} {
		s := newShaper(wire.Link{Loss: share, Seed: 1}, 0)
		arrivals(s, n, 100, 0)
		off := 4 * math.Sqrt(share*(1-share)/n)
		if got := float64(s.lost.Load()) / n; got < share-off || got > share+off {
			t.Errorf("%v of the packets were lost, want %v", got, share)
		}
	}
	one, other := newShaper(wire.Link{Loss: 0.5, Seed: 1}, 0), newShaper(wire.Link{Loss: 0.5, Seed: 1}, 1)
	same := 0
	for range 1000 {
		_, a := one.admit(0, 100)
		_, b := other.admit(0, 100)
		if a == b {
			same++
		}
	}
	if same > 600 {
		t.Errorf("both directions have the same fate in %d of 1000 packets: they share their chance", same)
	}
}

// With jitter delays differ evenly around half of the round trip; packets keep their order, and those of one moment their distance.
func TestJitterKeepsOrder(t *testing.T) {
	const every, n = time.Millisecond, 100_000
	s := newShaper(wire.Link{RTT: 40 * time.Millisecond, Jitter: 20 * time.Millisecond, Seed: 1}, 0)
	at, _ := arrivals(s, n, 100, every)
	least, most, sum := time.Hour, time.Duration(0), time.Duration(0)
	for i, a := range at {
		if i > 0 && a < at[i-1]+every/2 {
			t.Fatalf("packet %d arrives %v after the one before it", i, a-at[i-1])
		}
		took := a - time.Duration(i)*every
		least, most, sum = min(least, took), max(most, took), sum+took
	}
	if mean := sum / n; least < 10*time.Millisecond || least > 11*time.Millisecond || most > 30*time.Millisecond || most < 29*time.Millisecond || (mean-20*time.Millisecond).Abs() > 500*time.Microsecond {
		t.Errorf("packets took %v to %v, %v at the mean, want 20ms ± 10ms", least, most, mean)
	}
	later := int64(n*every) + int64(time.Hour)
	one, _ := s.admit(later, 100)
	other, _ := s.admit(later, 100)
	if one != other || time.Duration(one-later) < 10*time.Millisecond || time.Duration(one-later) > 30*time.Millisecond {
		t.Errorf("after a rest, packets of one moment arrive %d and %d ns later", one-later, other-later)
	}
}

func TestReorderedPacketsOvertake(t *testing.T) {
	s := newShaper(wire.Link{RTT: 40 * time.Millisecond, Reorder: 0.1, Seed: 1}, 0)
	at, fates := arrivals(s, 10_000, 100, time.Millisecond)
	if n := fates[undelayed]; n < 900 || n > 1100 || s.overtaking.Load() != uint64(n) {
		t.Errorf("%d of 10000 packets overtake, want a tenth", n)
	}
	early := 0
	for i := 1; i < len(at); i++ {
		if at[i] < at[i-1] {
			early++
		}
	}
	if early < 800 {
		t.Errorf("%d packets arrive before the one before them", early)
	}
}

func TestOutage(t *testing.T) {
	s := newShaper(wire.Link{}, 0)
	s.outage.Store(int64(5 * time.Millisecond))
	at, fates := arrivals(s, 10, 100, time.Millisecond)
	if fates[dropped] != 5 || s.blacked.Load() != 5 || len(at) != 5 || at[0] != 5*time.Millisecond {
		t.Errorf("in an outage of 5 ms packets arrive at %v", at)
	}
}
