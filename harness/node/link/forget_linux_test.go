package link

import (
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What the kernel has learnt of an address from a connection it does not know any more. On loopback it learns as behind a link.
func TestForget(t *testing.T) {
	if err := Missing(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("NOT TESTED: ip is not there: apt-get install iproute2")
	}
	known := func() string {
		all, err := exec.Command("ip", "tcp_metrics", "show", "127.0.77.0/24").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, all)
		}
		return strings.TrimSpace(string(all))
	}
	listener, err := net.Listen("tcp", "127.0.77.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 77, 2)}}
	for over := time.Now().Add(5 * time.Second); known() == ""; {
		if time.Now().After(over) {
			t.Skip("NOT TESTED: this kernel learns nothing (net.ipv4.tcp_no_metrics_save)")
		}
		exchange(t, listener, from)
	}
	if err := forget(netip.MustParsePrefix("127.0.77.0/24")); err != nil {
		t.Fatal(err)
	}
	if left := known(); left != "" {
		t.Errorf("the kernel still knows %s", left)
	}
}

// exchange has both ends of a connection learn how long the way is.
func exchange(t *testing.T, listener net.Listener, from net.Dialer) {
	t.Helper()
	client, err := from.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		for _, ends := range [][2]net.Conn{{client, server}, {server, client}} {
			if _, err := ends[0].Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(ends[1], make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	client.Close()
	server.Close()
}
