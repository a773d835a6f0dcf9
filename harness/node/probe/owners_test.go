package probe

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A helper process accepts at one place and, for each connection, opens another at a second.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "accept" {
		accept(os.Args[2], os.Args[3], os.Args[4:]...)
	}
	os.Exit(m.Run())
}

func accept(network, address string, next ...string) {
	l, err := net.Listen(network, address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(l.Addr())
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); os.Exit(0) }()
	for open := []net.Conn{}; ; {
		c, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		if open = append(open, c); len(next) == 2 {
			c, err := net.Dial(next[0], next[1])
			if err != nil {
				os.Exit(1)
			}
			open = append(open, c)
		}
	}
}

// helper starts one.
func helper(t *testing.T, args ...string) (pid int, address string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, append([]string{"accept"}, args...)...)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	line := make([]byte, 100)
	n, err := out.Read(line)
	must(t, err)
	return cmd.Process.Pid, strings.TrimSpace(string(line[:n]))
}

// The kernel tells who has accepted connections, whoever that is, and whom a proxy hands them to: over TCP or a Unix socket.
func TestOwners(t *testing.T) {
	const connections = 6
	socket := filepath.Join(t.TempDir(), "s")
	tcp, tcpAt := helper(t, "tcp", "127.0.0.1:0")
	local, _ := helper(t, "unix", socket)
	for _, c := range []struct {
		name   string
		args   []string
		behind int
	}{
		{"plain", []string{"tcp", "127.0.0.1:0"}, 0},
		{"of both families", []string{"tcp", ":0"}, 0},
		{"of IPv6", []string{"tcp", "[::1]:0"}, 0},
		{"a proxy over TCP", []string{"tcp", "127.0.0.1:0", "tcp", tcpAt}, tcp},
		{"a proxy over a Unix socket", []string{"tcp", "127.0.0.1:0", "unix", socket}, local},
	} {
		pid, at := helper(t, c.args...)
		address := netip.MustParseAddrPort(strings.Replace(at, "[::]", "127.0.0.1", 1))
		var last net.Conn
		for range connections {
			client, err := net.Dial("tcp", address.String())
			must(t, err)
			defer client.Close()
			last = client
		}
		ask := func(a Asked) (o Owners) { // until the helper has accepted all
			a.Proc, a.Address = "/proc", address
			again := time.NewTicker(5 * time.Millisecond)
			defer again.Stop()
			wanted := connections
			if a.Client.IsValid() {
				wanted = 1
			}
			for {
				o, err := ReadOwners(a)
				must(t, err)
				n := o.Measured
				for _, other := range o.Others {
					n += other.Connections
				}
				if n == wanted && (c.behind == 0 || len(a.Measured) == 0 || len(o.Behind) == 1 && o.Behind[0].Connections == connections) {
					return o
				}
				select {
				case <-again.C:
				case <-t.Context().Done():
					t.Fatalf("%s: %+v", c.name, o)
				}
			}
		}
		if o := ask(Asked{}); len(o.Others) != 1 || o.Others[0].PID != pid || o.Others[0].Connections != connections || o.Clients != connections {
			t.Errorf("%s: %+v, want %d of process %d", c.name, o, connections, pid)
		}
		if o := ask(Asked{Client: netip.MustParseAddrPort(last.LocalAddr().String())}); o.Others[0].Connections != 1 {
			t.Errorf("%s: of one client %+v", c.name, o)
		}
		o := ask(Asked{Measured: []int{pid}})
		if o.Measured != connections || len(o.Others) > 0 || o.Hidden > 0 {
			t.Errorf("%s, measured: %+v", c.name, o)
		}
		if !slices.Equal(o.Listen, []int{pid}) {
			t.Errorf("%s: %v listen, want %d", c.name, o.Listen, pid)
		}
		if got := len(o.Behind) > 0; got != (c.behind != 0) || got && o.Behind[0].PID != c.behind {
			t.Errorf("%s: behind are %+v, want %d", c.name, o.Behind, c.behind)
		}
		if o, err := ReadOwners(Asked{Proc: "/proc", Address: address, Measured: []int{pid, c.behind}}); err != nil || len(o.Behind) > 0 {
			t.Errorf("%s, both measured: behind are %+v, %v", c.name, o.Behind, err)
		}
		if o, err := ReadOwners(Asked{Proc: "/proc", Address: address, Measured: []int{pid}, Own: []int{c.behind}}); err != nil || len(o.Behind) > 0 {
			t.Errorf("%s, who measures is behind: %+v, %v", c.name, o.Behind, err)
		}
	}
}
