package results

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockFile is in the folder as long as a process appends to it, and holds the id of that process.
const lockFile = "lock"

// BusyError means that another process appends to a run's folder: two would write over each other's rows.
type BusyError struct {
	Dir string
	PID int // 0: not known yet
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return e.Dir + " is being written by pushbench"
	}
	return fmt.Sprintf("%s is being written by pushbench, pid %d", e.Dir, e.PID)
}

// lock takes the folder for this process, until unlock or until the process has ended, however that came. Its children do
// not inherit the lock. The error is a BusyError where another process has it.
func lock(dir string) (*os.File, error) {
	for {
		f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, err
		}
		if err := own(f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		// Who had it may have removed the file between the two steps: then another one counts.
		if ours, err := f.Stat(); err == nil {
			if there, err := os.Stat(f.Name()); err == nil && os.SameFile(ours, there) {
				return f, nil
			}
		}
		_ = f.Close() // nothing was written to the file that counts
	}
}

// own locks the file and writes down who has it.
func own(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) //nolint:gosec // a descriptor fits
	if errors.Is(err, syscall.EWOULDBLOCK) {
		text, _ := io.ReadAll(io.LimitReader(f, 32))
		pid, _ := strconv.Atoi(strings.TrimSpace(string(text))) // it may be about to write it
		return &BusyError{Dir: filepath.Dir(f.Name()), PID: pid}
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w: runs need a file system with locks", f.Name(), err)
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// unlock lets others have the folder.
func unlock(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }
