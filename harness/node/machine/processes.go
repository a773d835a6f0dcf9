package machine

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
)

// Processes are those of a machine at one time, kernel threads left out: what they do is mostly done for others.
type Processes map[int]process

type process struct {
	name    string
	parent  int
	started string  // since boot: tells it from a later one with its id
	cpu     float64 // seconds, with those of the children it waited for: a build is many short processes
}

// Usage is what a process did between two times.
type Usage struct {
	PID     int
	Name    string
	Seconds float64 // of CPU
}

// Share is a usage over some time, for people: PID NAME used 12 % of a cpu.
func (u Usage) Share(took time.Duration) string {
	return fmt.Sprintf("%d %s used %.0f %% of a cpu", u.PID, plain.Line(u.Name), 100*u.Seconds/took.Seconds())
}

// ReadProcesses reads every process's stat; a thousand of them take 15 ms.
func ReadProcesses(proc string) (Processes, error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return nil, err
	}
	all := Processes{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		text, err := os.ReadFile(filepath.Join(proc, e.Name(), "stat"))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it ended meanwhile
		}
		if err != nil {
			return nil, err
		}
		p, kernel, err := parseProcess(text)
		if err != nil {
			return nil, fmt.Errorf("stat of process %d: %w", pid, err)
		}
		if !kernel {
			all[pid] = p
		}
	}
	return all, nil
}

// Fields of proc/PID/stat behind the name, counted from 0 (proc_pid_stat(5)). The times stand side by side: user and
// system of the process, then of the children it waited for.
const (
	statParent, statFlags, statUser, statChildrenSystem, statStarted = 1, 6, 11, 14, 19

	tick         = 0.01       // s
	kernelThread = 0x00200000 // PF_KTHREAD
)

// parseProcess reads one stat. The name may hold anything, also spaces and brackets.
func parseProcess(text []byte) (p process, kernel bool, err error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 0 || end < open {
		return p, false, errors.New("no name in brackets")
	}
	p.name = string(text[open+1 : end])
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) <= statStarted {
		return p, false, fmt.Errorf("%d fields", len(fields))
	}
	var numbers [statChildrenSystem + 1]int
	for i := statParent; i < len(numbers); i++ {
		if numbers[i], err = strconv.Atoi(fields[i]); err != nil {
			return p, false, err
		}
	}
	p.parent, p.started = numbers[statParent], fields[statStarted]
	for _, ticks := range numbers[statUser:] {
		p.cpu += tick * float64(ticks)
	}
	return p, numbers[statFlags]&kernelThread != 0, nil
}

// Busiest returns what processes have used since an earlier time, most first, without one process and its children. One
// that has ended meanwhile is unknown; what it had used before the earlier time is no part of what its parent did since.
func (all Processes) Busiest(earlier Processes, without int) (busy []Usage) {
	inherited := all.inherited(earlier)
	for pid, p := range all {
		if all.descends(pid, without) {
			continue
		}
		seconds := p.cpu
		if before, ok := earlier[pid]; ok && before.started == p.started {
			seconds -= before.cpu + inherited[pid]
		}
		if seconds > 0 {
			busy = append(busy, Usage{PID: pid, Name: p.name, Seconds: seconds})
		}
	}
	slices.SortFunc(busy, func(a, b Usage) int {
		return cmp.Or(cmp.Compare(b.Seconds, a.Seconds), cmp.Compare(a.PID, b.PID))
	})
	return busy
}

// inherited is what processes that have ended since an earlier time had used by then, by who has waited for them: their parent
// or, where that has ended too, its.
func (all Processes) inherited(earlier Processes) map[int]float64 {
	to := map[int]float64{}
	for pid, p := range earlier {
		if now, ok := all[pid]; ok && now.started == p.started {
			continue
		}
		cpu := p.cpu
		for range len(earlier) { // as in descends
			heir, known := earlier[p.parent]
			if !known {
				break
			}
			if now, ok := all[p.parent]; ok && now.started == heir.started {
				to[p.parent] += cpu
				break
			}
			p = heir
		}
	}
	return to
}

// Descendants are the processes that come from another, its children first.
func (all Processes) Descendants(ancestor int) (found []int) {
	for pid := range all {
		if pid != ancestor && all.descends(pid, ancestor) {
			found = append(found, pid)
		}
	}
	elder := func(pid int) int {
		if all[pid].parent == ancestor {
			return 0
		}
		return 1
	}
	slices.SortFunc(found, func(a, b int) int { return cmp.Or(cmp.Compare(elder(a), elder(b)), cmp.Compare(a, b)) })
	return found
}

// With are the processes that were given, and behind them those that come from them. From the first one all come.
func (all Processes) With(given ...int) []int {
	found := slices.Clone(given)
	for _, ancestor := range given {
		if ancestor == 1 {
			continue
		}
		for _, pid := range all.Descendants(ancestor) {
			if !slices.Contains(found, pid) {
				found = append(found, pid)
			}
		}
	}
	return found
}

// descends reports whether a process is another or comes from it.
func (all Processes) descends(pid, ancestor int) bool {
	for range len(all) + 1 { // a parent's id may have been given to a child of its child
		if pid == ancestor {
			return true
		}
		p, ok := all[pid]
		if !ok {
			return false
		}
		pid = p.parent
	}
	return false
}
