package node

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/results"
)

// folder is where the files of a program are for one trial. It is locked as long as this process lives, and lists the processes
// of the server: what a run that was killed has left behind is found by the next.
type folder struct {
	path string
	lock *os.File // of folderLock in it
}

const (
	folderPrefix = "pushbench-"
	folderLock   = ".processes"
	mostListed   = 1 << 20 // bytes: some 10,000 processes
)

// lockFolder takes one for this process.
func lockFolder(path string) (f folder, err error) {
	f.path = path
	// The file gets its name when it is locked, so that no other run takes the folder for one that was left.
	making := filepath.Join(path, folderLock+".new")
	if f.lock, err = os.Create(making); err != nil {
		return f, err
	}
	if err := syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX); err != nil {
		return f, fmt.Errorf("lock %s: %w", making, err)
	}
	return f, os.Rename(making, filepath.Join(path, folderLock))
}

// list replaces the processes that are to be found.
func (f folder) list(processes []results.Process) error {
	text, err := json.Marshal(processes)
	if err != nil || f.lock == nil {
		return err
	}
	if err := f.lock.Truncate(0); err != nil {
		return err
	}
	_, err = f.lock.WriteAt(text, 0)
	return err
}

// remove ends it. There may be none.
func (f folder) remove() error {
	if f.lock != nil {
		defer f.lock.Close() //nolint:errcheck // its file is gone
	}
	if f.path == "" {
		return nil
	}
	return os.RemoveAll(f.path)
}

// Tidy removes what runs that were killed have left in the folder for temporary files, and reports which of their processes still
// live: those have no parent any more that would end them. Their folders stay until they have ended.
func Tidy() (warnings []results.Warning) {
	locks, err := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*", folderLock))
	if err != nil {
		return nil
	}
	for _, name := range locks {
		f := folder{path: filepath.Dir(name)}
		if f.lock, err = os.OpenFile(name, os.O_RDWR|syscall.O_NONBLOCK, 0); err != nil {
			continue // another user's
		}
		if is, err := f.lock.Stat(); err != nil || !is.Mode().IsRegular() {
			_ = f.lock.Close() // none of ours: a pipe would be read for ever
			continue
		}
		if syscall.Flock(int(f.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			_ = f.lock.Close() // a run has it
			continue
		}
		var listed []results.Process
		_ = json.NewDecoder(io.LimitReader(f.lock, mostListed)).Decode(&listed) // empty: it was killed before it had any
		left := alive(listed)
		if len(left) == 0 {
			_ = f.remove() // what cannot be removed is tried again by the next run
			continue
		}
		_ = f.lock.Close()
		var numbers []string
		for _, p := range left {
			numbers = append(numbers, fmt.Sprint(p.PID))
		}
		warnings = append(warnings, results.Warning{
			Code: results.LeftProcesses, Args: results.Args{"processes": results.Named(left), "pids": strings.Join(numbers, " ")},
		})
	}
	return warnings
}

// described are processes with their start times: numbers are used again.
func described(pids []int) (all []results.Process) {
	for _, pid := range pids {
		all = append(all, results.Process{PID: pid, Name: probe.Name("/proc", pid), Started: probe.Started("/proc", pid)})
	}
	return all
}

// alive are those that have not ended.
func alive(processes []results.Process) []results.Process {
	return slices.DeleteFunc(slices.Clone(processes), func(p results.Process) bool {
		return p.Started.IsZero() || !probe.Started("/proc", p.PID).Equal(p.Started)
	})
}

// remember notes the server's processes, should their parent be killed.
func (r *running) remember() {
	if r.process != nil && !r.program.Own {
		r.known = described(r.pids())
		_ = r.folder.list(r.known) // only to be found later
	}
}

// endLeft ends the processes that have outlived their parent, which would have ended them.
func (r *running) endLeft() {
	left := alive(r.known)
	if len(left) == 0 {
		return
	}
	processes, err := machine.ReadProcesses("/proc")
	if err != nil {
		return
	}
	for _, p := range left {
		for _, pid := range processes.With(p.PID) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
		}
	}
}
