package wire

import (
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What the kernel is asked for is the moment itself. A deadline made of two readings of the clock lay as far before it as
// the thread had waited for its CPU between them.
func TestSleepsAskTheKernelForTheirMoment(t *testing.T) {
	crowd(t)
	var asked int64
	sleep := func(deadline *unix.Timespec) syscall.Errno {
		asked = deadline.Nano()
		return 0
	}
	for begin := Now(); Now()-begin < int64(time.Second); {
		target := Now() + int64(5*time.Microsecond)
		asked = target
		sleepUntil(target, sleep)
		const known = int64(time.Microsecond) // to which the origin of Now's clock is
		if early := target - asked; early > known {
			t.Fatalf("the kernel was asked for %d ns before the moment", early)
		}
	}
}
