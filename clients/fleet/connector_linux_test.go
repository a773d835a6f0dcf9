package fleet

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// A server that has no room for connections yet does not answer SYNs. The clients connect when it accepts.
func TestAServerThatAcceptsLate(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	must(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(t, unix.Listen(fd, 0)) // room for one
	file := os.NewFile(uintptr(fd), "listener")
	l, err := net.FileListener(file)
	must(t, err)
	must(t, file.Close())
	defer l.Close()
	first, err := net.Dial("tcp", l.Addr().String())
	must(t, err)
	defer first.Close()

	const clients = 2
	ramped := make(chan error, 1)
	f := newFleet(t, Options{Engine: Epoll, Reader: Eager})
	go func() {
		ramped <- f.Ramp(t.Context(), wire.Ramp{
			Targets:     []wire.Target{{Transport: "tcp", Address: l.Addr().String()}},
			Connections: clients, PerSecond: 1000, Agents: 1,
		})
	}()
	for connecting(t, l.Addr().(*net.TCPAddr).Port) < clients {
		select {
		case err := <-ramped:
			t.Fatalf("the ramp ended with %v", err)
		default:
		}
	}
	for range clients + 1 {
		conn, err := l.Accept()
		must(t, err)
		defer conn.Close()
		_, err = conn.Write(greeting(0))
		must(t, err)
	}
	must(t, <-ramped)
}

// connecting is how many sockets of this machine wait for the answer to their SYN to a port (proc_pid_net(5): state 02).
func connecting(t *testing.T, port int) (n int) {
	t.Helper()
	table, err := os.ReadFile("/proc/net/tcp")
	must(t, err)
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 3 && f[2] == fmt.Sprintf("0100007F:%04X", port) && f[3] == "02" {
			n++
		}
	}
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
