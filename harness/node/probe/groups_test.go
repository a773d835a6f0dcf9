package probe

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// mounted are the files of process 7 in a group of control groups below a folder.
func mounted(t *testing.T, groups, kind, options string, files map[string]string) (s Server, dir string) {
	t.Helper()
	dir = tree(t, files)
	return proc(t, map[string]string{
		"cgroup": groups, "mountinfo": fmt.Sprintf("35 31 0:32 / %s rw,relatime - %s none rw,%s\n", dir, kind, options),
	}), dir
}

// A quota, a limit or a stop of any group a process is in binds it, whichever version tells.
func TestGroups(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		name, groups, kind, options string
		files                       map[string]string
		want                        Group
		of                          string
		throttled                   Throttling
	}{
		{
			name: "v2, bound by the parent", groups: "0::/pod/container\n", kind: "cgroup2",
			files: map[string]string{
				"pod/cpu.max": "150000 100000\n", "pod/container/cpu.max": "max 100000\n", "pod/memory.max": "2147483648\n", "pod/container/memory.max": "max\n",
				"pod/memory.current": "1610612736\n", "pod/memory.stat": "anon 5\ninactive_file 536870912\n", "pod/container/cpuset.cpus.effective": "0-3\n",
				"pod/cpu.stat":           "usage_usec 9\nnr_periods 40\nnr_throttled 10\nthrottled_usec 250000\n",
				"pod/container/cpu.stat": "usage_usec 9\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n",
			},
			want: Group{Quota: 1.5, Memory: 2 * gib, Left: gib, CPUs: "0-3"}, of: "pod", throttled: Throttling{40, 10, 0.25},
		},
		{
			name: "v2, the tighter one", groups: "0::/pod/container\n", kind: "cgroup2",
			files: map[string]string{"pod/cpu.max": "150000 100000\n", "pod/container/cpu.max": "5000 10000\n"},
			want:  Group{Quota: 0.5}, of: "pod/container",
		},
		{
			name: "v1", groups: "3:cpu,cpuacct:/a\n2:memory:/b\n1:cpuset:/c\n", kind: "cgroup", options: "cpu,cpuacct,memory,cpuset",
			files: map[string]string{
				"a/cpu.cfs_quota_us": "30000\n", "a/cpu.cfs_period_us": "100000\n", "a/cpu.stat": "nr_periods 118\nnr_throttled 91\nthrottled_time 1500000000\n",
				"b/memory.limit_in_bytes": "1073741824\n", "b/memory.usage_in_bytes": "1073741824\n", "b/memory.stat": "inactive_file 1\ntotal_inactive_file 268435456\n",
				"c/cpuset.effective_cpus": "1\n",
			},
			want: Group{Quota: 0.3, Memory: gib, Left: gib / 4, CPUs: "1"}, of: "a", throttled: Throttling{118, 91, 1.5},
		},
		{
			name: "v1 without bounds", groups: "3:cpu:/\n2:memory:/\n", kind: "cgroup", options: "cpu,memory",
			files: map[string]string{"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n", "memory.limit_in_bytes": "9223372036854771712\n"},
		},
		{name: "nothing mounted", groups: "0::/\n", kind: "tmpfs"},
	} {
		s, dir := mounted(t, c.groups, c.kind, c.options, c.files)
		if c.of != "" {
			c.want.Of = filepath.Join(dir, c.of)
		}
		c.want.Known = c.kind != "tmpfs"
		if got := ReadGroup(s.Proc, "7"); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		got, known := ReadThrottling(s.Proc, "7", "7")
		if got != c.throttled || known != (c.throttled != Throttling{}) {
			t.Errorf("%s: throttled %+v (known: %v), want %+v", c.name, got, known, c.throttled)
		}
		if readings, err := throttling(t.Context(), s); err != nil || (len(readings) > 0) != known {
			t.Errorf("%s: rows %v, %v", c.name, readings, err)
		}
	}
}

// Another process may use other things than this one; of one that is not there, or whose group is not seen, nothing is said.
func TestOtherBounds(t *testing.T) {
	groups := tree(t, map[string]string{"a/cpu.max": "50000 100000\n", "b/cpu.max": "max 100000\n", "c/cpu.max": "50000 100000\n"})
	mounts := fmt.Sprintf("35 31 0:32 / %s rw,relatime - cgroup2 none rw\n", groups)
	proc := tree(t, map[string]string{"5/cgroup": "0::/a\n", "7/cgroup": "0::/b\n", "8/cgroup": "0::/c\n", "5/mountinfo": mounts})
	must(t, os.Symlink("5", filepath.Join(proc, "self")))
	for pid, want := range map[int]string{0: "", 6: "", 7: "everything", 8: ""} {
		if got := OtherBounds(proc, pid); got != want {
			t.Errorf("process %d may use %q, want %q", pid, got, want)
		}
	}
}

func TestOOMKills(t *testing.T) {
	for _, c := range []struct{ name, file, text, groups, kind, options string }{
		{"v2", "a/memory.events", "low 0\noom 3\noom_kill 2\n", "0::/a\n", "cgroup2", ""},
		{"v1", "a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", "2:memory:/a\n", "cgroup", "memory"},
	} {
		s, _ := mounted(t, c.groups, c.kind, c.options, map[string]string{c.file: c.text})
		if err := os.WriteFile(filepath.Join(s.Proc, "vmstat"), []byte("pgfault 9\noom_kill 5\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := ReadOOMKills(s.Proc); got != (OOMKills{Group: 2, Machine: 5}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	k := OOMKills{Group: 2, Machine: 5}
	for want, earlier := range map[string]OOMKills{
		"": k, "its control group counts an OOM kill: its memory limit is too low for this": {Group: 1, Machine: 4},
		"the machine counts an OOM kill: memory is too short for this": {Group: 2, Machine: 4},
	} {
		if got := k.Since(earlier); got != want {
			t.Errorf("since %+v: %q, want %q", earlier, got, want)
		}
	}
}

// The real thing: a process that wants a whole CPU, in a group that has a tenth of one.
func TestThrottlingOfARealGroup(t *testing.T) {
	group := filepath.Join("/sys/fs/cgroup/cpu", fmt.Sprintf("pushbench-probe-%d", os.Getpid()))
	if err := os.Mkdir(group, 0o755); err != nil {
		t.Skipf("no control group of v1 can be made here: %v", err)
	}
	t.Cleanup(func() { _ = os.Remove(group) })
	for name, text := range map[string]string{"cpu.cfs_period_us": "10000", "cpu.cfs_quota_us": "1000"} {
		if err := os.WriteFile(filepath.Join(group, name), []byte(text), 0o644); err != nil {
			t.Skipf("no quota can be set here: %v", err)
		}
	}
	busy := exec.Command("sh", "-c", "echo $$ >"+group+"/cgroup.procs; while :; do :; done")
	if err := busy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = busy.Process.Kill(); _ = busy.Wait() })
	pid := strconv.Itoa(busy.Process.Pid)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		got, known := ReadThrottling("/proc", pid)
		if known && got.Throttled >= 3 && got.Seconds > 0 {
			break
		}
		select {
		case <-again.C:
		case <-t.Context().Done():
			t.Fatalf("throttled %+v (known: %v)", got, known)
		}
	}
	if g := ReadGroup("/proc", pid); math.Abs(g.Quota-0.1) > 1e-9 || g.Of != group {
		t.Errorf("bounds %+v, want 0.1 cpus of %s", g, group)
	}
}

// A server is bound like this process only where all of its processes are in this one's group.
func TestSharesQuota(t *testing.T) {
	groups := t.TempDir()
	for name, text := range map[string]string{"5/cgroup": "0::/a\n", "7/cgroup": "0::/a\n", "8/cgroup": "0::/b\n", "5/mountinfo": "1 1 0:1 / /sys/fs/cgroup rw - cgroup2 none rw\n"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(groups, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(groups, name), []byte(text), 0o600))
	}
	must(t, os.Symlink("5", filepath.Join(groups, "self")))
	if (Server{Proc: groups, PID: 7, Others: []int{8}}).SharesQuota() {
		t.Error("a process in another group is bound like this one")
	}
	if !(Server{Proc: groups, PID: 7}).SharesQuota() {
		t.Error("a process in this group is not bound like this one")
	}
}
