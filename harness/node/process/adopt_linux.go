package process

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// adopt makes this process the parent of descendants whose own has ended (prctl(2), PR_SET_CHILD_SUBREAPER), so that none
// gets out of the tree, and lets programs open as many descriptors as they may: Go would give its children the limit it
// was started with.
func adopt() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return err
	}
	files.Cur = files.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files)
}

// endWithParent has the kernel kill the program when this process dies (PR_SET_PDEATHSIG).
func endWithParent(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	a.Pdeathsig = syscall.SIGKILL
	return a
}
