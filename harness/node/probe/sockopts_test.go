package probe

import (
	"maps"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// One connection of twenty is set otherwise: it is seen, and the listener, the clients' ends and the connections of
// others are not.
func TestSockoptsSeesTheOneThatDiffers(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			l, err := net.Listen("tcp", address)
			if err != nil {
				t.Skipf("no listener: %v", err)
			}
			defer l.Close()
			other, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			s := Server{Proc: "/proc", PID: os.Getpid(), Address: l.Addr().(*net.TCPAddr).AddrPort()}
			if err := optionsReadable(s.Proc); err != nil {
				t.Skipf("socket options cannot be read here: %v", err)
			}
			readings, err := sockopts(t.Context(), s)
			if len(readings) > 0 || err != nil {
				t.Fatalf("without connections: %v, %v", readings, err)
			}
			clients, servers := connect(t, l, mostSampled)
			_, others := connect(t, other, 4)
			for _, c := range append(clients, others...) {
				must(t, c.(*net.TCPConn).SetNoDelay(false))
			}
			keepAlive := net.KeepAliveConfig{Enable: true, Idle: 7 * time.Second, Interval: 3 * time.Second, Count: 5}
			for _, c := range servers {
				must(t, c.(*net.TCPConn).SetKeepAliveConfig(keepAlive))
			}
			readings, err = sockopts(t.Context(), s)
			alike := values(t, readings, err)
			for metric, want := range map[string]float64{
				"tcp_nodelay": 1, "tcp_nodelay_most": 1, "so_keepalive": 1, "tcp_keepidle": 7, "tcp_keepintvl": 3, "tcp_keepcnt_most": 5,
			} {
				if alike[metric] != want {
					t.Errorf("%s is %v, want %v", metric, alike[metric], want)
				}
			}
			if alike["so_sndbuf"] < 4096 || alike["so_rcvbuf"] < 4096 {
				t.Errorf("buffers of %v and %v B", alike["so_sndbuf"], alike["so_rcvbuf"])
			}
			must(t, servers[3].(*net.TCPConn).SetNoDelay(false))
			readings, err = sockopts(t.Context(), s)
			if got := values(t, readings, err); got["tcp_nodelay"] != 0 || got["tcp_nodelay_most"] != 1 {
				t.Errorf("nodelay from %v to %v, want 0 to 1", got["tcp_nodelay"], got["tcp_nodelay_most"])
			}
			before := taken(t)
			for range 3 {
				readings, err = sockopts(t.Context(), s)
				values(t, readings, err)
			}
			for to, n := range taken(t) {
				if n > before[to] { // fewer: the collector has closed what earlier tests had
					t.Errorf("descriptors are left open: %d of %s, before %d", n, to, before[to])
				}
			}
		})
	}
}

// taken counts what reading options takes a second descriptor of, by what it leads to: the sockets that are open more than
// once, and processes. Other descriptors of this process are not the test's: the collector closes those of earlier tests.
func taken(t *testing.T) map[string]int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	all := map[string]int{}
	for _, descriptor := range open {
		if to, err := os.Readlink("/proc/self/fd/" + descriptor.Name()); err == nil { // not that of the folder itself
			all[to]++
		}
	}
	maps.DeleteFunc(all, func(to string, n int) bool {
		return !strings.Contains(to, "pidfd") && (!strings.HasPrefix(to, "socket:") || n == 1)
	})
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Yama lets nobody look into a child, and everybody into themselves: only its switch tells.
func TestAccountingNamesYama(t *testing.T) {
	if err := optionsReadable("/proc"); err != nil {
		t.Skipf("socket options cannot be read here: %v", err)
	}
	proc := tree(t, map[string]string{"sys/kernel/yama/ptrace_scope": "3\n"})
	if source := Accounting(proc, "/sys")["socket options"]; source != "unknown: pidfd_getfd: kernel.yama.ptrace_scope is 3" {
		t.Errorf("accounting is %q", source)
	}
}
