package servers

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// Port 0 asks for any free one: where there is none, another address is no help.
func TestAnAddressThatIsTakenSaysWhatToDo(t *testing.T) {
	used := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}
	for address, want := range map[string]string{
		"127.0.0.1:0":    "address already in use: no port of net.ipv4.ip_local_port_range is free, and none outside it: widen it with sysctl -w",
		"127.0.0.1:8080": "address already in use: choose another --listen address, or port 0 for a free one",
	} {
		if got := taken(address, used).Error(); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
}

// The process before may hold the address for a moment longer.
func TestAnAddressThatBecomesFreeIsTaken(t *testing.T) {
	var config net.ListenConfig
	before, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	l, err := take(t.Context(), before.Addr().String(), func(address string) (net.Listener, error) {
		if tries++; tries == 3 {
			_ = before.Close()
		}
		return config.Listen(t.Context(), "tcp", address)
	})
	if err != nil {
		t.Fatalf("after %d tries: %v", tries, err)
	}
	_ = l.Close()
}
