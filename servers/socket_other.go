//go:build !linux

package servers

import (
	"syscall"
	"time"
)

func socketOptions(time.Duration) func(_, _ string, _ syscall.RawConn) error { return nil }
