package link

import (
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A thread that has given its rights away stands for a user without them.
func TestMissingWithoutRights(t *testing.T) {
	told := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its goroutine
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			told <- err
			return
		}
		told <- Missing()
	}()
	if err := <-told; err == nil || !strings.Contains(err.Error(), "run pushbench as root") || strings.Contains(err.Error(), "\n") {
		t.Errorf("without rights: %v", err)
	}
}
