package probe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// Control groups bound what processes may use, and figures of a process that was stopped by one are figures of the bound. A
// group's processes are bound by every group it is in, too (kernel, admin-guide/cgroup-v1 and cgroup-v2.rst).

// Group is the bounds of a control group's processes; 0: none.
type Group struct {
	Known  bool    // this machine shows the group
	Quota  float64 // CPU seconds a second
	Memory float64 // bytes
	Left   float64 // bytes of those that are not used, what could be given back not counted as used
	CPUs   string  // a list as in 0-3,8
	Of     string  // folder of the group with the quota, or else the limit
}

// ReadGroup reads the bounds of a process's group, where several hold the tightest.
func ReadGroup(proc, pid string) (g Group) {
	for _, dir := range groupDirs(proc, pid, "memory") {
		g.Known = true
		limit, used := memoryLimit(dir)
		if limit > 0 && (g.Memory == 0 || limit < g.Memory) {
			g.Memory, g.Left, g.Of = limit, max(limit-used, 0), dir
		}
	}
	tightest := math.Inf(1)
	for _, dir := range groupDirs(proc, pid, "cpu") {
		g.Known = true
		if quota := cpuQuota(dir); quota > 0 && quota < tightest {
			tightest, g.Quota, g.Of = quota, quota, dir
		}
	}
	for _, dir := range groupDirs(proc, pid, "cpuset") {
		for _, name := range []string{"cpuset.cpus.effective", "cpuset.effective_cpus"} {
			if list, err := os.ReadFile(filepath.Join(dir, name)); err == nil && g.CPUs == "" {
				g.CPUs = strings.TrimSpace(string(list))
			}
		}
	}
	return g
}

// shortestID is the length that a part of a container's ID has at least: docker ps shows as many digits.
const shortestID = 12

// InGroup are the processes of a control group, by one part of its path: the name of a unit, or as much of a container's ID as has 12
// digits. Runtimes put the ID into a name of their own: docker-ID.scope, cri-containerd-ID.scope or ID alone.
func InGroup(proc, part string) (pids []int, err error) {
	processes, err := everybody(proc)
	if err != nil {
		return nil, err
	}
	for _, p := range processes {
		groups, err := p.Cgroups()
		if err != nil {
			continue // it has ended, or is another user's
		}
		if slices.ContainsFunc(groups, func(g procfs.Cgroup) bool {
			return slices.ContainsFunc(strings.Split(g.Path, "/"), func(s string) bool {
				return s == part || len(part) >= shortestID && strings.Contains(s, part)
			})
		}) {
			pids = append(pids, p.PID)
		}
	}
	if len(pids) == 0 {
		return nil, errors.New("the path of no control group has that part: see /proc/PID/cgroup")
	}
	return pids, nil
}

// OtherBounds is the bounds of a process, in words, where they are not this one's; empty where they are unknown.
func OtherBounds(proc string, pid int) string {
	if pid == 0 {
		return ""
	}
	g, own := ReadGroup(proc, strconv.Itoa(pid)), ReadGroup(proc, "self")
	if !g.Known || !own.Known || g.String() == own.String() {
		return ""
	}
	return cmp.Or(g.String(), "everything")
}

// cpuQuota is what a group may use: quota and period of v2 in one file, of v1 in two.
func cpuQuota(dir string) float64 {
	quota, period := "", ""
	if text, err := os.ReadFile(filepath.Join(dir, "cpu.max")); err == nil {
		quota, period, _ = strings.Cut(strings.TrimSpace(string(text)), " ")
	} else {
		quota, period = firstWord(dir, "cpu.cfs_quota_us"), firstWord(dir, "cpu.cfs_period_us")
	}
	q, err := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err != nil || err2 != nil || q <= 0 || p <= 0 { // max, or -1
		return 0
	}
	return q / p
}

// memoryLimit is what a group may hold and what it does, without the file pages that the kernel would drop first.
func memoryLimit(dir string) (limit, used float64) {
	for _, names := range [][3]string{
		{"memory.max", "memory.current", "inactive_file"},
		{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"},
	} {
		v, err := strconv.ParseFloat(firstWord(dir, names[0]), 64)
		if err != nil || v >= unlimited { // max
			continue
		}
		used, _ = strconv.ParseFloat(firstWord(dir, names[1]), 64)
		dropped, _, _ := fieldSum(filepath.Join(dir, "memory.stat"), names[2])
		return v, used - dropped
	}
	return 0, 0
}

func firstWord(dir, file string) string {
	text, err := os.ReadFile(filepath.Join(dir, file)) //nolint:gosec // the machine's own
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Throttling is how often and how long the quotas of control groups have stopped their processes, each group's and those of
// all it is in.
type Throttling struct {
	Periods   float64 // that began
	Throttled float64 // of them with a stop
	Seconds   float64 // summed over CPUs
}

// Since is the growth since an earlier reading.
func (t Throttling) Since(earlier Throttling) Throttling {
	return Throttling{Periods: t.Periods - earlier.Periods, Throttled: t.Throttled - earlier.Throttled, Seconds: t.Seconds - earlier.Seconds}
}

// ReadThrottling reads it for the groups of some processes; false: this machine does not show it.
func ReadThrottling(proc string, pids ...string) (t Throttling, known bool) {
	var dirs []string
	for _, pid := range pids {
		dirs = append(dirs, groupDirs(proc, pid, "cpu")...)
	}
	slices.Sort(dirs)
	for _, dir := range slices.Compact(dirs) {
		file := filepath.Join(dir, "cpu.stat")
		for _, f := range []struct {
			name string
			into *float64
			unit float64
		}{
			{"nr_periods", &t.Periods, 1},
			{"nr_throttled", &t.Throttled, 1},
			{"throttled_time", &t.Seconds, 1e-9}, // v1
			{"throttled_usec", &t.Seconds, 1e-6}, // v2
		} {
			if v, found, err := fieldSum(file, f.name); err == nil && found > 0 {
				*f.into += v * f.unit
				known = true
			}
		}
	}
	return t, known
}

// SharesQuota reports whether the processes of a server are in this process's group, or groups are unknown.
func (s Server) SharesQuota() bool {
	own := groupDirs(s.Proc, "self", "cpu")
	return !slices.ContainsFunc(s.PIDs(), func(pid int) bool {
		return !slices.Equal(groupDirs(s.Proc, strconv.Itoa(pid), "cpu"), own)
	})
}

// throttling reads how the groups of the server's processes were throttled. No rows where that is unknown.
func throttling(_ context.Context, s Server) ([]Reading, error) {
	var pids []string
	for _, pid := range s.PIDs() {
		pids = append(pids, strconv.Itoa(pid))
	}
	t, known := ReadThrottling(s.Proc, pids...)
	if !known {
		return nil, nil
	}
	return []Reading{
		counter("periods", results.Count, t.Periods),
		counter("throttled_periods", results.Count, t.Throttled),
		counter("throttled", results.Seconds, t.Seconds),
	}, nil
}

// OOMKills counts the processes that the kernel has ended for want of memory.
type OOMKills struct {
	Group   float64 // of this process's control group
	Machine float64
}

// ReadOOMKills reads both; what cannot be read counts as none.
func ReadOOMKills(proc string) (k OOMKills) {
	k.Machine, _, _ = fieldSum(filepath.Join(proc, "vmstat"), "oom_kill")
	if dirs := groupDirs(proc, "self", "memory"); len(dirs) > 0 {
		for _, file := range []string{"memory.events", "memory.oom_control"} { // v2, v1
			if v, found, err := fieldSum(filepath.Join(dirs[0], file), "oom_kill"); err == nil && found > 0 {
				k.Group = v
			}
		}
	}
	return k
}

// Since is the evidence that a process was killed for want of memory after an earlier reading; empty: none.
func (k OOMKills) Since(earlier OOMKills) string {
	switch {
	case k.Group > earlier.Group:
		return "its control group counts an OOM kill: its memory limit is too low for this"
	case k.Machine > earlier.Machine:
		return "the machine counts an OOM kill: memory is too short for this"
	default:
		return ""
	}
}

// groupDirs are the folders of a process's group with a controller and of all groups it is in, as far as they are seen from
// here; the innermost first, none where that is unknown.
func groupDirs(proc, pid, controller string) (dirs []string) {
	for _, version := range []struct{ fstype, option, controller string }{{"cgroup", controller, controller}, {"cgroup2", "", ""}} {
		dir, mount, err := cgroupDir(proc, pid, version.fstype, version.option, version.controller)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil
		}
		for ; len(dir) >= len(mount); dir = filepath.Dir(dir) {
			dirs = append(dirs, dir)
			if dir == mount {
				break
			}
		}
		return dirs
	}
	return nil
}

// String is a group's bounds in words.
func (g Group) String() string {
	var words []string
	if g.Quota > 0 {
		words = append(words, fmt.Sprintf("%.2f cpus", g.Quota))
	}
	if g.Memory > 0 {
		words = append(words, fmt.Sprintf("%.2f GiB of memory", g.Memory/(1<<30)))
	}
	if g.CPUs != "" {
		words = append(words, "cpus "+g.CPUs)
	}
	return strings.Join(words, ", ")
}
