package probe

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
