package probe

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/wire"
)

// proc is a folder with the files of process 7, which is this one.
func proc(t *testing.T, files map[string]string) Server {
	t.Helper()
	below := map[string]string{}
	for name, text := range files {
		below["7/"+name] = text
	}
	dir := tree(t, below)
	must(t, os.Symlink("7", filepath.Join(dir, "self")))
	return Server{Proc: dir, PID: 7}
}

func values(t *testing.T, readings []Reading, err error) map[string]float64 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	v := map[string]float64{}
	for _, r := range readings {
		v[r.Metric] = r.Value
	}
	return v
}

func TestSchedstatSumsThreads(t *testing.T) {
	s := proc(t, map[string]string{"task/7/schedstat": "1500000000 250000000 12\n", "task/8/schedstat": "500000000 0 3\n"})
	readings, err := schedstat(t.Context(), s)
	if got := values(t, readings, err); got["cpu"] != 2 || got["cpu_wait"] != 0.25 {
		t.Errorf("got %v, want 2 s on cpu and 0.25 s of waiting", got)
	}
}

// Threads of a Go program share its work: the first one's switches are the fewest.
func TestSwitchesSumThreads(t *testing.T) {
	s := proc(t, map[string]string{
		"task/7/status": "Name:\tx\nvoluntary_ctxt_switches:\t3\nnonvoluntary_ctxt_switches:\t1\n",
		"task/8/status": "Name:\tx\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t20\n",
	})
	readings, err := switches(t.Context(), s)
	if got := values(t, readings, err); got["switches_voluntary"] != 43 || got["switches_involuntary"] != 21 {
		t.Errorf("got %v, want 43 and 21", got)
	}
}

func TestSockstat(t *testing.T) {
	s := proc(t, map[string]string{"net/sockstat": "sockets: used 200\nTCP: inuse 100 orphan 0 tw 3 alloc 120 mem 5\nUDP: inuse 1 mem 0\n"})
	readings, err := sockstat(t.Context(), s)
	got := values(t, readings, err)
	if got["tcp_sockets"] != 120 || got["tcp_time_wait"] != 3 || got["tcp_memory"] != 5*float64(os.Getpagesize()) {
		t.Errorf("got %v", got)
	}
}

// The figures of proc(5) under our names; a kernel that does not count, or tell, gives none.
func TestInputOutput(t *testing.T) {
	s := proc(t, map[string]string{"io": "rchar: 3000\nwchar: 500\nsyscr: 40\nsyscw: 5\nread_bytes: 1\nwrite_bytes: 2\ncancelled_write_bytes: 0\n"})
	readings, err := inputOutput(t.Context(), s)
	got := values(t, readings, err)
	if got["read_calls"] != 40 || got["write_calls"] != 5 || got["read_bytes"] != 3000 || got["written_bytes"] != 500 {
		t.Errorf("got %v", got)
	}
	s.UDP = true
	if readings, err := inputOutput(t.Context(), s); err != nil || len(readings) != 0 {
		t.Errorf("of a server on UDP: got %v, %v, want no rows", readings, err)
	}
	if readings, err := inputOutput(t.Context(), proc(t, map[string]string{"stat": ""})); err != nil || len(readings) != 0 {
		t.Errorf("without the file: got %v, %v, want no rows", readings, err)
	}
}

func TestProbesSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		probe func(context.Context, Server) ([]Reading, error)
		files map[string]string
		want  string
	}{
		{"no process", schedstat, nil, "no such file"},
		{"schedstat of an older kernel", schedstat, map[string]string{"task/7/schedstat": "\n"}, "schedstat of thread 7"},
		{"sockstat without TCP", sockstat, map[string]string{"net/sockstat": "sockets: used 1\n"}, "no figures of TCP"},
		{"sockstat with words", sockstat, map[string]string{"net/sockstat": "TCP: inuse many\n"}, `parsing "many"`},
		{"no descriptors", descriptors, nil, "no such file"},
	} {
		if _, err := c.probe(t.Context(), proc(t, c.files)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want it to say %q", c.name, err, c.want)
		}
	}
}

// The probes read this very process: real files, and the runtime metrics this Go has.
func TestProbesReadARealProcess(t *testing.T) {
	known := map[string]bool{}
	for _, d := range metrics.All() {
		known[d.Name] = true
	}
	stats := wire.Stats{"hub/subscribers": 3, "hub/delivered": 10}
	for _, name := range RuntimeMetricNames() {
		if !known[name] {
			t.Errorf("this Go has no runtime metric %s", name)
		}
		stats[name] = 1
	}
	s := Server{Proc: "/proc", PID: os.Getpid(), Stats: func(context.Context) (wire.Stats, error) { return stats, nil }}
	twice := []Server{s, s} // as a lane of two processes
	opening, err := Opening(t.Context(), twice)
	if err != nil {
		t.Fatal(err)
	}
	stats["hub/delivered"] = 25
	closing, err := Closing(t.Context(), twice)
	if err != nil {
		t.Fatal(err)
	}
	names := func(all []Sourced) (n []string) {
		for _, r := range all {
			n = append(n, r.Source+" "+r.Metric)
		}
		return n
	}
	if !slices.Equal(names(opening), names(closing)) {
		t.Errorf("opening and closing read different metrics:\n%v\n%v", names(opening), names(closing))
	}
	got := map[string]float64{}
	for _, r := range Phase(opening, closing) {
		got[r.Source+" "+r.Metric] = r.Value
	}
	if got["hub delivered"] != 30 || got["hub subscribers"] != 6 {
		t.Errorf("delivered %v and subscribers %v; a counter gives its growth (2 × 15), a gauge its value (2 × 3)", got["hub delivered"], got["hub subscribers"])
	}
	if calls, counted := got["io write_calls"]; counted && calls < 0 {
		t.Errorf("%v calls of write in a phase", calls)
	}
	if got["process rss"] <= 0 || got["descriptors descriptors"] < 3 || got["schedstat cpu"] < 0 {
		t.Errorf("not a running process: %v", maps.Collect(maps.All(got)))
	}
}

// A lane of two processes: what is a process's adds up, what is the machine's does not.
func TestSeveralProcesses(t *testing.T) {
	read := func(context.Context, Server) ([]Reading, error) { return []Reading{gauge("held", "1", 5)}, nil }
	for _, c := range []struct {
		once bool
		want float64
	}{{false, 10}, {true, 5}} {
		got, err := Probe{Name: "p", Read: read, Once: c.once}.sum(t.Context(), []Server{{PID: 1}, {PID: 2}})
		if err != nil || len(got) != 1 || got[0].Value != c.want {
			t.Errorf("once %v: %v, %v; want %v", c.once, got, err, c.want)
		}
	}
}
