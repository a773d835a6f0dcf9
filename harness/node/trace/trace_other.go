//go:build !linux

package trace

import (
	"errors"
	"fmt"
	"runtime"
)

// Tracer watches processes on Linux.
type Tracer struct{}

// Load needs eBPF, which is Linux's.
func Load(processes []Process, frame int) (*Tracer, error) {
	if err := check(processes, frame); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("eBPF on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

// Watch does not exist without Load.
func (*Tracer) Watch(func() error) (Counts, error) { return Counts{}, errors.ErrUnsupported }

// Close does nothing.
func (*Tracer) Close() {}
