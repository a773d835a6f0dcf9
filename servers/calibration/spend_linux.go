package calibration

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// spend uses this much CPU time of its thread. The thread's own clock leaves out what others take meanwhile: a goroutine
// that is interrupted goes on until it has burnt all of it.
func spend(d time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + int64(d); threadTime() < end; {
		continue
	}
}

func threadTime() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		panic("pushbench: no CPU clock of a thread: " + err.Error()) // Linux has it since 2.6.12
	}
	return ts.Nano()
}
