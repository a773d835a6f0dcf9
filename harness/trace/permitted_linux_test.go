package trace

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Without the right to, nothing is traced, and the error is one line that says so.
func TestNotPermitted(t *testing.T) {
	said := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, and the rest keeps its rights
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			said <- err
			return
		}
		said <- Available()
	}()
	err := <-said
	if !errors.Is(err, errors.ErrUnsupported) || !strings.HasPrefix(err.Error(), "eBPF: ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}
