package servers

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socketOptions are set on the listener and inherited by every accepted connection (tcp(7), TCP_USER_TIMEOUT): a peer that
// acknowledges nothing for this long is gone, at no cost per write, where a deadline for each write would reset a timer for
// each message.
func socketOptions(unacked time.Duration) func(_, _ string, raw syscall.RawConn) error {
	return func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) {
			failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(unacked.Milliseconds()))
		})
		if err != nil {
			return err
		}
		return failed
	}
}
