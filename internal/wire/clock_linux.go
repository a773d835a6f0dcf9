package wire

import "golang.org/x/sys/unix"

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
	// The lead is converted to an absolute kernel time once, so that the two clocks' offset cannot drift into the schedule.
	deadline := unix.NsecToTimespec(monotonic() + t - Now())
	for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &deadline, nil) == unix.EINTR {
		continue // the deadline is absolute: sleeping again keeps the schedule
	}
}
