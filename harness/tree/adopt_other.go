//go:build !linux

package tree

import (
	"errors"
	"syscall"
)

func adopt() error { return errors.New("programs with all their processes can be held on Linux only") }

func endWithParent(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }
