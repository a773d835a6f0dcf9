package probe

import (
	"net"
	"net/netip"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// A connection that waits to be accepted is told from one whose other end is not here.
func TestWaiting(t *testing.T) {
	for _, c := range []struct {
		name   string
		defers bool
	}{{"in the queue", false}, {"without data, which the listener wants to see", true}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		defer l.Close()
		if c.defers {
			raw, err := l.(*net.TCPListener).SyscallConn()
			must(t, err)
			must(t, raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 10) }))
			must(t, err)
		}
		client, err := net.Dial("tcp", l.Addr().String())
		must(t, err)
		defer client.Close()
		address := netip.MustParseAddrPort(l.Addr().String())
		o, err := ReadOwners(Asked{Proc: "/proc", Address: address, Measured: []int{os.Getpid()}})
		if err != nil || o.Waiting != 1 || o.Here != 1 || o.Clients != 1 || o.Measured+o.Hidden+len(o.Others) > 0 {
			t.Errorf("%s: %+v, %v", c.name, o, err)
		}
	}
}
