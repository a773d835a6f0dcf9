package node

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/harness/node/process"
)

// What is not ready is named, with what it answered last.
func TestReadySaysWhatCame(t *testing.T) {
	over := make(chan struct{})
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-over
		case "/busy":
			http.Error(w, "warming \x1bup\nfor long", http.StatusServiceUnavailable)
		}
	}))
	defer answers.Close()
	defer close(over)
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, health, address, want string }{
		{"no answer", answers.URL + "/silent", "", "GET " + answers.URL + "/silent: no answer within 1s"},
		{"an error", answers.URL + "/busy", "", "GET " + answers.URL + "/busy: 503 Service Unavailable: warming ?up"},
		{"nobody", "http://" + closed.Addr().String() + "/health", "", "GET http://" + closed.Addr().String() + "/health: connection refused"},
		{"no health, nobody", "", closed.Addr().String(), "connect to " + closed.Addr().String() + ": connection refused"},
		{"ready", answers.URL + "/", "", ""},
		{"no health, ready", "", answers.Listener.Addr().String(), ""},
	} {
		x := &running{health: c.health, options: StartOptions{Label: "server mine"}}
		if c.health == "" {
			x.addresses = []netip.AddrPort{netip.MustParseAddrPort(c.address)}
		}
		if err := x.ask(t.Context()); err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// A program on another port than its lane file says is told where it is.
func TestReadySaysWhereTheProgramListens(t *testing.T) {
	const listen = "PUSHBENCH_TEST_LISTEN"
	if address := os.Getenv(listen); address != "" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString(l.Addr().String() + "\n")
		_, _ = l.Accept()
		return
	}
	t.Setenv(listen, "127.0.0.1:0")
	program, err := process.Start(process.Options{Label: "server mine", Args: []string{"-test.run=^TestReadySaysWhereTheProgramListens$"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(program.Kill)
	first, err := bufio.NewReader(program.Stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSpace(first)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	x := &running{addresses: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}, process: program}
	err = x.await(ctx)
	if want := "connect to 127.0.0.1:1: connection refused; the program listens on " + address; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want it to end with %q", err, want)
	}
}

// A server that runs already is not waited for where nobody listens.
func TestReadyOfNobody(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	address := closed.Addr().String()
	x := &running{options: StartOptions{Label: "server mine"}, addresses: []netip.AddrPort{netip.MustParseAddrPort(address)}}
	if err := x.await(t.Context()); err == nil || err.Error() != "server mine: connect to "+address+": connection refused: is it started?" {
		t.Error(err)
	}
}
