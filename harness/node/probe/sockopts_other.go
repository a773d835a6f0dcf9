//go:build !linux

package probe

import (
	"errors"
	"fmt"
	"runtime"
)

// sampleOptions needs pidfd_getfd, which is Linux's.
func sampleOptions(Server) (sampled, error) { return sampled{}, optionsReadable("") }

func optionsReadable(string) error {
	return fmt.Errorf("pidfd_getfd on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
