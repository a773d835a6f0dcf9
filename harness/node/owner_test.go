package node

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// Whoever has the subscribers' connections in place of what is measured is named; of a server nobody sees nothing is said.
func TestMisowned(t *testing.T) {
	own := os.Getpid()
	address := netip.MustParseAddrPort("127.0.0.1:28200")
	stranger := []probe.Owner{{PID: 1 << 30, Name: "nginx", Connections: 40}}
	for _, c := range []struct {
		name      string
		pid       int
		found     probe.Owners
		listeners []int
		want      string
	}{
		{"its own", own, probe.Owners{Measured: 100, Clients: 100}, []int{own}, ""},
		{"not accepted yet, and it listens", own, probe.Owners{Clients: 1, Waiting: 1}, []int{own}, ""},
		{"no client is left, and it listens", own, probe.Owners{}, []int{own}, ""},
		{"address translation, and it only listens", own, probe.Owners{Clients: 1}, []int{own}, "are answered by no process of this machine (it may be behind address translation"},
		{"descriptors nobody sees, and it listens", own, probe.Owners{Clients: 1, Hidden: 1}, []int{own}, ""},
		{"a stranger", own, probe.Owners{Others: stranger, Clients: 40}, nil, "connections to 127.0.0.1:28200 are answered by pid 1073741824 (nginx), not by the measured server, pid "},
		{"some with a stranger", own, probe.Owners{Measured: 60, Others: stranger, Clients: 100}, []int{own}, "are answered by pid 1073741824 (nginx)"},
		{"a stranger nobody sees", own, probe.Owners{Hidden: 3, Clients: 3}, nil, "are answered by a process of another user or pid namespace"},
		{"a stranger who has not accepted", own, probe.Owners{Clients: 1}, []int{1}, "the listener of 127.0.0.1:28200 is pid 1 ("},
		{"nobody here", own, probe.Owners{Clients: 5}, nil, "are answered by no process of this machine (it may be behind address translation"},
		{"a server nobody sees", 0, probe.Owners{Others: stranger, Clients: 40}, nil, ""},
	} {
		c.found.Listen = c.listeners
		err := misowned("server mine", probe.Server{Proc: "/proc", PID: c.pid, Address: address}, c.found, "do this")
		switch {
		case (err == nil) != (c.want == ""):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		case err != nil && (!strings.HasPrefix(err.Error(), "server mine: ") || !strings.Contains(err.Error(), c.want) || !strings.HasSuffix(err.Error(), ": do this")):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A server that runs already is who has accepted, with who listens where that was; never who only listens, at an address that
// leads elsewhere.
func TestServes(t *testing.T) {
	by := func(pids ...int) (all []probe.Owner) {
		for _, pid := range pids {
			all = append(all, probe.Owner{PID: pid, Connections: 1})
		}
		return all
	}
	for _, c := range []struct {
		name      string
		found     probe.Owners
		listeners []int
		want      []int
	}{
		{"one process", probe.Owners{Here: 1, Clients: 1, Others: by(7)}, []int{7}, []int{7}},
		{"a worker", probe.Owners{Here: 1, Clients: 1, Others: by(8)}, []int{7}, []int{7, 8}},
		{"not accepted yet", probe.Owners{Here: 1, Clients: 1, Waiting: 1}, []int{7}, []int{7}},
		{"of another user", probe.Owners{Here: 1, Clients: 1, Hidden: 1}, nil, nil},
		{"address translation, and a proxy that listens", probe.Owners{Clients: 1}, []int{7}, nil},
		{"a container's address, and who listens at all addresses", probe.Owners{Clients: 1, Others: by(9)}, []int{7}, []int{9}},
		{"a connection handed on by the first process", probe.Owners{Here: 1, Clients: 1, Others: by(8)}, []int{1}, []int{8}},
		{"the first process alone", probe.Owners{Here: 1, Clients: 1, Others: by(1)}, []int{1}, []int{1}},
	} {
		c.found.Listen = c.listeners
		if got := serves(c.found); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
