//go:build !linux

package probe

import (
	"errors"
	"fmt"
	"runtime"
)

// diagnose needs SOCK_DIAG, which is Linux's.
func diagnose(question) (ends, error) {
	return ends{}, fmt.Errorf("SOCK_DIAG on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

func ownConnections() ([]connection, error) {
	return nil, fmt.Errorf("SOCK_DIAG on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
