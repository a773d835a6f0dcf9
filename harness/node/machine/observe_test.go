package machine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/results"
)

// tree writes files below a new folder and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestInterference(t *testing.T) {
	const cpu, steal, pressure, swapped = "other processes used more than 5% of a cpu", "the hypervisor took more than 1% of a cpu",
		"processes waited for memory more than 1% of the time", "memory was swapped"
	for _, c := range []struct {
		name string
		b    Interference
		took time.Duration
		want []string
	}{
		{"quiet", Interference{CPU: 0.13, Steal: 0.01}, 4 * time.Second, nil},
		{"below 0, as far as the resolution goes", Interference{CPU: -0.01}, time.Second, nil},
		{"a compiler", Interference{CPU: 2.9}, 4 * time.Second, []string{cpu}},
		{"one tick of a short phase", Interference{Steal: 0.01}, 600 * time.Millisecond, nil},
		{"a neighbour", Interference{Steal: 0.1}, 4 * time.Second, []string{steal}},
		{"memory is short", Interference{MemoryPressure: 0.06, Swapped: 4096}, 4 * time.Second, []string{pressure, swapped}},
		{"too short for shares", Interference{CPU: 0.4, Steal: 0.4, MemoryPressure: 0.4, Swapped: 4096}, 400 * time.Millisecond, []string{swapped}},
	} {
		if got := results.Texts(c.b.Warnings(c.took)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// process is a stat of proc: user and system ticks, and those of the children it waited for.
func stat(name, parent, flags, user, system, children, started string) string {
	return "9 (" + name + ") S " + parent + " 9 9 0 -1 " + flags + " 1 1 1 1 " + user + " " + system + " " + children + " 0 20 0 1 0 " + started + strings.Repeat(" 1", 23) + "\n"
}

func TestBusiestProcesses(t *testing.T) {
	const kernel, normal = "2129984", "4194304"
	read := func(files map[string]string) Processes {
		t.Helper()
		all, err := ReadProcesses(tree(t, files))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := read(map[string]string{
		"1/stat":  stat("init", "0", normal, "100", "0", "900", "1"),
		"5/stat":  stat("kworker/0:1", "2", kernel, "0", "0", "0", "1"),
		"20/stat": stat("coordinator", "1", normal, "0", "0", "0", "50"),
		"30/stat": stat("a) (b", "1", normal, "10", "10", "0", "60"),
		"31/stat": stat("gone", "1", normal, "10", "10", "0", "60"),
		"32/stat": stat("other", "1", normal, "500", "0", "0", "60"),
		"40/stat": stat("waits", "1", normal, "0", "0", "0", "60"),
		"41/stat": stat("waits too", "40", normal, "0", "0", "0", "60"),
		"42/stat": stat("ends after long work", "41", normal, "9000", "0", "0", "60"),
		"stat":    "cpu 1 2 3\n",
	})
	after := read(map[string]string{
		"1/stat":  stat("init", "0", normal, "100", "0", "900", "1"),
		"5/stat":  stat("kworker/0:1", "2", kernel, "0", "900", "0", "1"),
		"20/stat": stat("coordinator", "1", normal, "900", "0", "0", "50"),
		"21/stat": stat("its server", "20", normal, "900", "0", "0", "90"),
		"30/stat": stat("a) (b", "1", normal, "20", "20", "0", "60"),
		"32/stat": stat("same id, later", "1", normal, "10", "0", "0", "95"),
		"33/stat": stat("make", "1", normal, "0", "0", "70", "91"),
		"40/stat": stat("waits", "1", normal, "0", "0", "9005", "60"),
	})
	got := after.Busiest(before, 20)
	want := []Usage{{33, "make", 0.7}, {30, "a) (b", 0.2}, {32, "same id, later", 0.1}, {40, "waits", 0.05}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, u := range got {
		if u.PID != want[i].PID || u.Name != want[i].Name || u.Seconds < want[i].Seconds-1e-9 || u.Seconds > want[i].Seconds+1e-9 {
			t.Errorf("got %v, want %v", u, want[i])
		}
	}
	if share := got[0].Share(2 * time.Second); share != "33 make used 35 % of a cpu" {
		t.Error(share)
	}
	for _, bad := range []string{"9 name S 1\n", "9 (name) S 1\n", strings.Replace(stat("x", "1", "0", "1", "1", "1", "1"), " 9 9 ", " 9 z ", 1)} {
		if _, err := ReadProcesses(tree(t, map[string]string{"9/stat": bad})); err == nil || !strings.Contains(err.Error(), "stat of process 9") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

func TestFindings(t *testing.T) {
	const frequencies, clocks, pages = "devices/system/cpu/cpu0/cpufreq/", "devices/system/clocksource/clocksource0/current_clocksource", "kernel/mm/transparent_hugepage/enabled"
	const meminfo = "MemTotal: 9 kB\nMemAvailable: 1048576 kB\nSwapTotal: 2097152 kB\nSwapFree: 1048576 kB\n"
	for _, c := range []struct {
		name, check string
		s           Observation
		proc, sys   map[string]string
		reading     string
		advice      string // a part of it; empty: none
	}{
		{name: "little load", check: "load average", s: Observation{load: 0.5}, sys: map[string]string{frequencies + "x": ""}, reading: "0.50 in"},
		{name: "much load", check: "load average", s: Observation{load: 1.5}, sys: map[string]string{frequencies + "x": ""}, reading: "1.50 in", advice: "top"},
		{name: "alone", check: "other processes", reading: "0 % of a cpu"},
		{name: "not alone", check: "other processes", s: Observation{interference: Interference{CPU: 0.3}, busy: []Usage{{7, "cc1", 0.25}}}, reading: "30 % of a cpu in a second, 7 cc1 used 25 % of a cpu", advice: "end them"},
		{name: "stolen", check: "steal", s: Observation{interference: Interference{Steal: 0.1}}, reading: "10 %", advice: "dedicated cpus"},
		{name: "no swap", check: "swap", proc: map[string]string{"meminfo": "SwapTotal: 0 kB\nSwapFree: 0 kB\n"}, reading: "none"},
		{name: "swap in use", check: "swap", proc: map[string]string{"meminfo": meminfo}, reading: "1.0 of 2.0 GiB"},
		{name: "swapping", check: "swap", s: Observation{interference: Interference{Swapped: 4096}}, proc: map[string]string{"meminfo": meminfo}, reading: "pages move", advice: "swapoff"},
		{name: "no pressure known", check: "memory pressure", reading: "not shown"},
		{name: "pressure", check: "memory pressure", s: Observation{interference: Interference{MemoryPressure: 0.2}}, proc: map[string]string{"pressure/memory": ""}, reading: "20 %", advice: "free memory"},
		{name: "no governor", check: "cpu governor", reading: "not shown"},
		{name: "performance", check: "cpu governor", sys: map[string]string{frequencies + "scaling_governor": "performance\n", frequencies + "cpuinfo_max_freq": "3500000\n"}, reading: "performance, at most 3.5 GHz"},
		{name: "powersave", check: "cpu governor", sys: map[string]string{frequencies + "scaling_governor": "powersave\n"}, reading: "powersave", advice: "cpupower"},
		{name: "boost of Intel", check: "cpu boost", sys: map[string]string{"devices/system/cpu/intel_pstate/no_turbo": "0\n"}, reading: "on", advice: "echo 1 >"},
		{name: "boost of others", check: "cpu boost", sys: map[string]string{"devices/system/cpu/cpufreq/boost": "1\n"}, reading: "on", advice: "echo 0 >"},
		{name: "no boost", check: "cpu boost", sys: map[string]string{"devices/system/cpu/cpufreq/boost": "0\n"}, reading: "off"},
		{name: "small pages", check: "huge pages", sys: map[string]string{pages: "always [madvise] never\n"}, reading: "madvise"},
		{name: "huge pages", check: "huge pages", sys: map[string]string{pages: "[always] madvise never\n"}, reading: "always", advice: "echo madvise"},
		{name: "tsc", check: "clock", sys: map[string]string{clocks: "tsc\n"}, reading: "tsc"},
		{name: "hpet", check: "clock", sys: map[string]string{clocks: "hpet\n"}, reading: "hpet", advice: "system call"},
	} {
		c.s.proc, c.s.sys, c.s.took = tree(t, c.proc), tree(t, c.sys), time.Second
		all := c.s.Findings()
		i := slices.IndexFunc(all, func(f Finding) bool { return f.Name == c.check })
		if i < 0 {
			t.Fatalf("%s: no finding %s in %v", c.name, c.check, all)
		}
		if f := all[i]; !strings.Contains(f.Reading, c.reading) || (f.Advice == "") != (c.advice == "") || !strings.Contains(f.Advice, c.advice) {
			t.Errorf("%s: %+v, want it to say %q and to advise %q", c.name, f, c.reading, c.advice)
		}
	}
}

func TestMemory(t *testing.T) {
	proc := tree(t, map[string]string{"meminfo": "MemTotal: 9 kB\nMemAvailable: 1048576 kB\n"})
	for _, c := range []struct {
		connections int
		quic, short bool
	}{{5000, false, false}, {60000, false, true}, {5000, true, true}, {1000, true, false}} {
		n := c.connections
		f, err := Memory(proc, n, c.quic)
		if err != nil || (f.Advice != "") != c.short || !strings.HasPrefix(f.Reading, "1.0 GiB available") {
			t.Errorf("%d connections: %+v, %v", n, f, err)
		}
	}
}

// A limit of the control group binds more than what the machine has left.
func TestMemoryOfAGroup(t *testing.T) {
	groups := tree(t, map[string]string{"a/memory.max": "314572800\n", "a/memory.current": "0\n", "a/cpu.max": "50000 100000\n"})
	proc := tree(t, map[string]string{
		"meminfo": "MemAvailable: 8388608 kB\n", "5/cgroup": "0::/a\n", "5/mountinfo": "35 31 0:32 / " + groups + " rw - cgroup2 none rw\n",
	})
	if err := os.Symlink("5", filepath.Join(proc, "self")); err != nil {
		t.Fatal(err)
	}
	f, err := Memory(proc, 4000, false)
	if err != nil || !strings.Contains(f.Reading, "0.3 GiB available in the control group") || !strings.Contains(f.Advice, "raise the group's limit") {
		t.Errorf("%+v, %v", f, err)
	}
	s := Observation{proc: proc, sys: tree(t, map[string]string{"devices/system/cpu/cpu0/x": "", "devices/system/cpu/cpu1/x": ""})}
	reading, advice := cpuQuota(s)
	if !strings.HasPrefix(reading, "0.50 cpus, of "+groups) || advice == "" {
		t.Errorf("quota: %q, %q", reading, advice)
	}
	if bounds := grouped(proc); bounds["cpu quota"] != "0.50 cpus" || bounds["memory of the control group"] != "0.29 GiB" {
		t.Errorf("for the record: %v", bounds)
	}
}

// The real machine has a reading of everything that every Linux has.
func TestObserve(t *testing.T) {
	seen, err := Observe(t.Context(), "/proc", "/sys")
	if err != nil {
		t.Fatal(err)
	}
	if seen.took < time.Second || seen.interference.CPU > 2*float64(len(seen.each("cpu[0-9]*"))) {
		t.Errorf("in %v: %+v", seen.took, seen.interference)
	}
	for _, f := range seen.Findings() {
		if f.Reading == "" || f.Advice != "" && !strings.Contains(f.Warning().String(), f.Reading) {
			t.Errorf("%+v", f)
		}
	}
}
