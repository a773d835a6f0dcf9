package wire

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// monotonic reads CLOCK_MONOTONIC, which all processes of a host share.
func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0
	}
	return ts.Nano()
}

// SleepUntil returns when Now has reached t. It sleeps in the kernel to an absolute time: Go's own timers round up to the
// millisecond of epoll_wait while the process is idle, which would be counted as latency.
func SleepUntil(t int64) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// A thread's sleeps may end 50 µs late by default (prctl(2), PR_SET_TIMERSLACK); without the right to change that
	// they still do, and the lateness that is recorded shows it.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	deadline := unix.NsecToTimespec(monotonic() + t - Now())
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &deadline, nil) == unix.EINTR {
		continue // the deadline is absolute: sleeping again keeps the schedule
	}
}
