package wire

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestNowIsTheSharedClock(t *testing.T) {
	for range 1000 {
		before, now, after := monotonic(), Now(), monotonic()
		// The origin is known to within the shortest of its sixteen brackets, far below this slack.
		if slack := int64(50 * time.Microsecond); now < before-slack || now > after+slack {
			t.Fatalf("Now() = %d lies outside [%d, %d]", now, before, after)
		}
	}
}

// crowd keeps more threads busy than there are CPUs until the test ends: each loses its CPU between any two steps.
func crowd(t *testing.T) {
	t.Helper()
	threads := 8 * runtime.NumCPU()
	before := runtime.GOMAXPROCS(threads + 1)
	var over atomic.Bool
	var busy sync.WaitGroup
	for range threads {
		busy.Go(func() {
			for !over.Load() {
				_ = monotonic()
			}
		})
	}
	t.Cleanup(func() {
		over.Store(true)
		busy.Wait()
		runtime.GOMAXPROCS(before)
	})
}

// A schedule is kept where more is to run than there are CPUs.
func TestSleepsNeverEndEarly(t *testing.T) {
	crowd(t)
	for name, sleep := range map[string]func(int64){"SleepUntil": SleepUntil, "PaceUntil": PaceUntil} {
		for range 300 {
			target := Now() + int64(100*time.Microsecond)
			if sleep(target); Now() < target {
				t.Fatalf("%s returned %d ns early", name, target-Now())
			}
		}
	}
}

// The kernel's stamps stay within the moments between which they were made, whatever the thread waits for meanwhile.
func TestRealTimesFallBetweenTheirNeighbours(t *testing.T) {
	crowd(t)
	for begin := Now(); Now()-begin < int64(time.Second); {
		before := Now()
		stamp := time.Now().UnixNano()
		after := Now()
		const slack = int64(20 * time.Microsecond) // the real time may be slewed
		if at := stamp + RealtimeOffset(); at < before-slack || at > after+slack {
			t.Fatalf("a stamp between %d and %d is read as %d", before, after, at)
		}
	}
}
