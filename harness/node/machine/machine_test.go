package machine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCheckNamesTheLimit(t *testing.T) {
	for _, c := range []struct {
		descriptors uint64
		n, servers  int
		want        []string // nil: it fits
	}{
		{1064, 1000, 1, nil},
		{1064, 1001, 1, []string{"1001 connections need 1065 descriptors", "limit is 1064", "1000 connections would fit", "ulimit -n 1065", "servers: 2"}},
		{1064, 3000, 3, nil},
		{1064, 3001, 3, []string{"1001 connections need 1065 descriptors in the server"}},
		{10, 1, 1, []string{"0 connections would fit"}},
	} {
		err := Limits{Descriptors: c.descriptors}.Check(c.n, c.servers)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%d connections with %d descriptors: %v", c.n, c.descriptors, err)
		}
		for _, w := range c.want {
			if err != nil && !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
}

func TestAgentsAreAddedAsDescriptorsAskForIt(t *testing.T) {
	for _, c := range []struct {
		descriptors uint64
		n, want     int
	}{{20000, 18000, 1}, {20000, 19936, 1}, {20000, 19937, 2}, {20000, 60000, 4}, {64, 1, 1}, {20000, 0, 1}} {
		if got := (Limits{Descriptors: c.descriptors}).Agents(c.n); got != c.want {
			t.Errorf("%d connections with %d descriptors: %d agents, want %d", c.n, c.descriptors, got, c.want)
		}
	}
}

func TestDivideSharesOnlyASingleCPU(t *testing.T) {
	for _, c := range []struct {
		cpus, server, agents []int
		shared               bool
	}{
		{[]int{0}, []int{0}, []int{0}, true},
		{[]int{0, 1}, []int{1}, []int{0}, false},
		{[]int{2, 5, 7}, []int{5, 7}, []int{2}, false},
		{[]int{0, 1, 2, 3}, []int{2, 3}, []int{0, 1}, false},
	} {
		d := Divide(c.cpus)
		if !slices.Equal(d.Server, c.server) || !slices.Equal(d.Agents, c.agents) || d.Shared != c.shared {
			t.Errorf("Divide(%v) = %+v", c.cpus, d)
		}
	}
}

func TestReadLimits(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"net/ipv4/ip_local_port_range": "32768\t60999\n", "net/core/somaxconn": "4096\n"} {
		path := filepath.Join(dir, "sys", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l, err := ReadLimits(dir)
	if err != nil {
		t.Fatal(err)
	}
	if l.PortLow != 32768 || l.PortHigh != 60999 || l.Backlog != 4096 || len(l.CPUs) == 0 || l.Descriptors == 0 {
		t.Errorf("got %+v", l)
	}
	if l.Buffer != 0 {
		t.Errorf("a buffer of %d B where none is shown", l.Buffer)
	}
	if err := os.WriteFile(filepath.Join(dir, "sys", "net", "core", "rmem_max"), []byte("212992\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if l, err = ReadLimits(dir); err != nil || l.Buffer != 212992 {
		t.Errorf("got %+v, %v", l, err)
	}
	if _, err := ReadLimits(t.TempDir()); err == nil {
		t.Error("an empty /proc gave limits")
	}
}

// A child started on a set of CPUs must be bound to it from its first instruction, and the parent must not stay bound.
func TestOnCPUsBindsTheChildOnly(t *testing.T) {
	before, err := CPUs()
	if err != nil {
		t.Fatal(err)
	}
	var inside []int
	err = OnCPUs(before[:1], func() error {
		inside, err = CPUs()
		return err
	})
	if err != nil || !slices.Equal(inside, before[:1]) {
		t.Errorf("inside: %v, %v; want %v", inside, err, before[:1])
	}
	if after, err := CPUs(); err != nil || !slices.Equal(after, before) {
		t.Errorf("after: %v, %v; want %v", after, err, before)
	}
}

// A server that runs already has a limit of its own.
func TestHoldOf(t *testing.T) {
	const limits = "Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 4096                 files     \n"
	proc := tree(t, map[string]string{"7/limits": limits, "7/comm": "nginx\n"})
	for n, want := range map[int]string{
		960: "", 961: "961 connections need 1025 descriptors in the server, and the limit of pid 7 (nginx), which runs already, is 1024: start it with a higher one (ulimit -n 1025, LimitNOFILE=)",
	} {
		if err := HoldOf(proc, 7, n); err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%d: %v, want %q", n, err, want)
		}
	}
	if err := HoldOf(proc, 8, 1<<30); err != nil {
		t.Errorf("of a process nobody sees: %v", err)
	}
}

// What comes from a process is measured with it; from the first one of a machine everything comes.
func TestWith(t *testing.T) {
	all := Processes{1: {}, 7: {parent: 1}, 8: {parent: 7}, 9: {parent: 1}}
	for _, c := range []struct{ given, want []int }{
		{[]int{7}, []int{7, 8}}, {[]int{8, 7}, []int{8, 7}}, {[]int{1}, []int{1}}, {[]int{1, 7}, []int{1, 7, 8}},
	} {
		if got := all.With(c.given...); !slices.Equal(got, c.want) {
			t.Errorf("with %v: %v, want %v", c.given, got, c.want)
		}
	}
}
