package trace

import (
	"errors"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// Without the right to, nothing is traced, and the error says what it takes.
func TestNotPermitted(t *testing.T) {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, and the rest keeps its rights
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			result <- err
			return
		}
		result <- Available()
	}()
	err := <-result
	if !errors.Is(err, errors.ErrUnsupported) || err.Error() != "eBPF: unsupported operation: not permitted: it takes root, or CAP_BPF and CAP_PERFMON" {
		t.Errorf("got %v", err)
	}
}
