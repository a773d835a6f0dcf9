package wire

import (
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

func TestSleepUntilNeverReturnsEarly(t *testing.T) {
	for range 20 {
		target := Now() + int64(300*time.Microsecond)
		SleepUntil(target)
		if early := target - Now(); early > int64(20*time.Microsecond) {
			t.Fatalf("returned %d ns early", early)
		}
	}
}
