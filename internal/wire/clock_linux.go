package wire

import (
	"runtime"
	"syscall"
	"unsafe"

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
func SleepUntil(t int64) { sleepUntil(t, nanosleep) }

// PaceUntil is SleepUntil for a schedule of thousands a second in a process with processors to spare: through the last
// millisecond it keeps its processor of Go's scheduler, which would else wake its monitor thread at the end of every sleep.
// At 5000 a second that took 14 % of the CPU of opening connections.
func PaceUntil(t int64) {
	const short = 1_000_000 // ns, also the longest a garbage collection may have to wait for it
	if t-Now() > short {
		SleepUntil(t - short)
	}
	sleepUntil(t, rawNanosleep)
}

func sleepUntil(t int64, sleep func(*unix.Timespec) syscall.Errno) {
	if t <= Now() {
		return // a timer that has expired already is programmed all the same: 30 µs where that leaves a virtual machine
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// A thread's sleeps may end 50 µs late by default (prctl(2), PR_SET_TIMERSLACK); without the right to change that
	// they still do, and the lateness that is recorded shows it.
	_, _, _ = unix.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_TIMERSLACK, 1, 0)
	// The moment itself, as both clocks are one. It was made of two readings before, and lay as far too early as the thread
	// had lost its CPU between them: connects and messages began up to 200 µs before they were due.
	deadline := unix.NsecToTimespec(t)
	for sleep(&deadline) == unix.EINTR {
		continue // the deadline is absolute: sleeping again keeps the schedule
	}
	for Now() < t {
		continue // the origin of Now is known to some 100 ns
	}
}

func nanosleep(deadline *unix.Timespec) syscall.Errno {
	_, _, errno := unix.Syscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(deadline)), 0, 0, 0) //nolint:gosec // the kernel's own layout
	return errno
}

func rawNanosleep(deadline *unix.Timespec) syscall.Errno {
	_, _, errno := unix.RawSyscall6(unix.SYS_CLOCK_NANOSLEEP, unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, uintptr(unsafe.Pointer(deadline)), 0, 0, 0) //nolint:gosec // the kernel's own layout
	return errno
}
