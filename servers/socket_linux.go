package servers

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// UnackedLimit is how long sent bytes may stay unacknowledged before the kernel ends a connection: dead peers go, at no
// cost per write, where a deadline for each write would reset a timer for each message.
const UnackedLimit = 20_000 // ms

// socketOptions are set on the listener and inherited by every accepted connection (tcp(7), TCP_USER_TIMEOUT).
func socketOptions(_, _ string, raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, UnackedLimit)
	})
	if err != nil {
		return err
	}
	return failed
}
