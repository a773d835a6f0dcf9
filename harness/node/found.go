package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
)

// belonging finds the processes of a program that runs already and has no clients of the load: what else belongs to a server.
func (r *running) belonging() (err error) {
	if r.listeners, err = found(*r.program.Found, r.program.Here); err == nil && len(r.pids()) == 0 {
		err = errors.New("it has ended, or is one of pushbench's own")
	}
	switch {
	case err == nil:
		return nil
	case r.program.Found.Port > 0 && len(r.listeners) == 0:
		return fmt.Errorf("%s: no process that may be looked at %v: start it, or leave it out of processes", r.options.Label, r.program.Found)
	default:
		return fmt.Errorf("%s: no process that may be looked at %v: %w: start it, or leave it out of processes", r.options.Label, r.program.Found, err)
	}
}

// found are the numbers of processes, without those they have started.
func found(f program.Found, here string) ([]int, error) {
	switch {
	case f.Port > 0:
		return probe.ListenersAt("/proc", uint16(f.Port)) //nolint:gosec // the schema holds it within 16 bits
	case f.PIDFile != "":
		return numbered(f.PIDFile, here)
	default:
		return probe.InGroup("/proc", f.Group)
	}
}

// numbered is the process whose number a file has.
func numbered(file, here string) ([]int, error) {
	if !filepath.IsAbs(file) {
		file = filepath.Join(here, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 { // 1 is the first of the machine, from which all come
		return nil, fmt.Errorf("%s has no number of a server's process", file)
	}
	if probe.Started("/proc", pid).IsZero() {
		return nil, fmt.Errorf("process %d has ended", pid)
	}
	return []int{pid}, nil
}
