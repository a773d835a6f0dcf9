package probe

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// another is a process that has worked, and waits.
func another(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	_, err = in.Write([]byte("x"))
	must(t, err)
	_, err = out.Read(make([]byte, 1))
	must(t, err)
	return cmd.Process.Pid
}

// Figures of a server of several processes are sums, and what only one of ours tells is missing.
func TestServersOfSeveralProcesses(t *testing.T) {
	other := another(t)
	one := Server{Proc: "/proc", Sys: "/sys", PID: other}
	two := Server{Proc: "/proc", Sys: "/sys", PID: other, Others: []int{another(t), 1 << 30}} // the last has ended
	read := func(s Server) map[string]float64 {
		all := map[string]float64{}
		for _, p := range Probes() {
			readings, err := p.Of(t.Context(), s)
			must(t, err)
			for _, r := range readings {
				all[r.Source+" "+r.Metric] = r.Value
				if r.Counter && p.Level {
					t.Errorf("%s counts %s, and is read at levels alone", p.Name, r.Metric)
				}
			}
		}
		return all
	}
	alone, both := read(one), read(two)
	for _, metric := range []string{"process rss", "descriptors descriptors", "schedstat cpu", "io read_calls"} {
		if alone[metric] <= 0 || both[metric] < 1.2*alone[metric] {
			t.Errorf("%s is %v of one process, %v of two", metric, alone[metric], both[metric])
		}
	}
	if pss, ok := both["smaps pss"]; !ok || pss <= 0 || pss >= both["process rss"] {
		t.Errorf("pages that are shared: pss is %v (read: %v), rss %v", pss, ok, both["process rss"])
	}
	if _, ok := alone["smaps pss"]; ok {
		t.Error("pss of one process, whose rss says it")
	}
	for _, metric := range []string{"runtime goroutines", "runtime heap_in_use", "hub subscribers", "gosettings gogc"} {
		if v, ok := both[metric]; ok {
			t.Errorf("%s is %v of a server that does not tell", metric, v)
		}
	}
	if unknown := read(Server{Proc: "/proc", Sys: "/sys"}); len(unknown) == 0 || unknown["process rss"] != 0 {
		t.Errorf("a server whose processes are not known has %v", unknown)
	} else if _, ok := unknown["schedstat cpu"]; ok {
		t.Error("the CPU time of a process that is not known")
	}
}

func TestListeners(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", ":0"} {
		l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
		must(t, err)
		at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(l.Addr().(*net.TCPAddr).Port))
		if address == "[::1]:0" {
			if pids, err := Listeners("/proc", at); err == nil {
				t.Errorf("%v listen on %s and were found for %s", pids, l.Addr(), at)
			}
			at = netip.MustParseAddrPort(l.Addr().String())
		}
		pids, err := Listeners("/proc", at)
		if err != nil || !slices.Equal(pids, []int{os.Getpid()}) {
			t.Errorf("%s: %v, %v, want %d", address, pids, err, os.Getpid())
		}
		client, err := net.Dial("tcp", at.String())
		must(t, err)
		if open := Served("/proc", at); open != 1 {
			t.Errorf("%s: %d connections, want 1", address, open)
		}
		must(t, client.Close())
		must(t, l.Close())
		if pids, err := Listeners("/proc", at); err == nil {
			t.Errorf("%s, closed: %v", address, pids)
		}
	}
}
