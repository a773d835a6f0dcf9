//go:build !linux

package process

import (
	"errors"
	"syscall"
)

func adopt() error {
	return errors.New("programs with all their processes can be supervised on Linux only")
}

func endWithParent(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }
