//go:build !linux || mips || mips64 || ppc64 || s390x

package trace

import (
	"errors"
	"fmt"
	"runtime"
)

// Tracer watches processes where there is eBPF.
type Tracer struct{}

// Load needs eBPF, which is Linux's; our programs are compiled for machines of little endian.
func Load(processes []Process, frame int) (*Tracer, error) {
	if err := check(processes, frame); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("eBPF on %s/%s: %w", runtime.GOOS, runtime.GOARCH, errors.ErrUnsupported)
}

// Watch does not exist without Load.
func (*Tracer) Watch(func() error) (Counts, error) { return Counts{}, errors.ErrUnsupported }

// Close does nothing.
func (*Tracer) Close() {}
