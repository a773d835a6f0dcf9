//go:build !linux

package netns

import (
	"errors"
	"os"
)

// In cannot be had here.
func In(string, func() error) error { return errOther }

// Own cannot be had either.
func Own() (*os.File, error) { return nil, errOther }

var errOther = errors.New("network namespaces are there on Linux only") //nolint:gochecknoglobals // an error
