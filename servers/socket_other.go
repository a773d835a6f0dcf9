//go:build !linux

package servers

import "syscall"

func socketOptions(_, _ string, _ syscall.RawConn) error { return nil }
