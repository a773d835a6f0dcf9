//go:build !linux

package fleet

import (
	"errors"
	"syscall"
)

func bindWithoutPort(int) error { return nil }

func blackhole(int) error { return errors.New("blackholes need Linux: its socket filters") }

func readNow(fd uintptr, b []byte) (int, error) {
	for {
		n, err := syscall.Read(int(fd), b)
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}

func queued(int) int { return 0 }
