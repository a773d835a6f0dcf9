package machine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"time"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/internal/plain"
)

// Processes are those of a machine at one time, kernel threads left out: what they do is mostly done for others.
type Processes map[int]process

type process struct {
	name    string
	parent  int
	started uint64  // since boot: ids are used again
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
	of, err := procfs.NewFS(proc)
	if err != nil {
		return nil, err
	}
	read, err := of.AllProcs()
	if err != nil {
		return nil, err
	}
	all := Processes{}
	for _, p := range read {
		stat, err := p.Stat()
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it ended meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("stat of process %d: %w", p.PID, err)
		}
		if stat.Flags&kernelThread != 0 {
			continue
		}
		ticks := float64(stat.UTime) + float64(stat.STime) + float64(stat.CUTime) + float64(stat.CSTime)
		all[p.PID] = process{name: stat.Comm, parent: stat.PPID, started: stat.Starttime, cpu: tick * ticks}
	}
	return all, nil
}

const (
	tick         = 0.01       // s
	kernelThread = 0x00200000 // PF_KTHREAD
)

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
