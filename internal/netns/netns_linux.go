package netns

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// In runs do on a thread that is in the network namespace at a path, and returns the thread to its own. What do opens, and what it
// starts, stays in that namespace; goroutines that do starts do not.
func In(path string, do func() error) error {
	there, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("network namespace: %w", err)
	}
	defer there.Close() //nolint:errcheck // nothing was written
	runtime.LockOSThread()
	own, err := Own()
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer own.Close() //nolint:errcheck // nothing was written
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("enter the network namespace: %w", err)
	}
	err = do()
	if back := unix.Setns(int(own.Fd()), unix.CLONE_NEWNET); back != nil {
		return fmt.Errorf("leave the network namespace: %w", back) // locked still, the thread ends with its goroutine
	}
	runtime.UnlockOSThread()
	return err
}

// Own is the network namespace of the calling thread, which must be locked.
func Own() (*os.File, error) {
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, fmt.Errorf("network namespace: %w", err)
	}
	return f, nil
}
