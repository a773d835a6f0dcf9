package link_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/link"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/internal/netns"
	"github.com/pushbench/pushbench/internal/wire"
)

var full = flag.Bool("full", false, "read links with as many packets as the bars of calibration want")

// A node runs its own binary as link: in a test that is the test's.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "link" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, "pushbench:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	os.Exit(m.Run())
}

func child() error {
	var l wire.Link
	if err := json.NewDecoder(os.Stdin).Decode(&l); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	return link.Run(ctx, l, os.Stdout)
}

// running is a link with a server's side, which is this process's, and a clients' side.
type running struct {
	t *testing.T
	node.Process
	control.Client
}

// start runs a link, or skips the test where there cannot be one.
func start(t *testing.T, l wire.Link) *running {
	t.Helper()
	if err := link.Missing(); err != nil {
		t.Skipf("NOT TESTED: %v", err)
	}
	settings, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	p := program.Program{Own: true, Announces: true, Isolated: true, Command: []string{"link"}, Stdin: settings}
	started, err := node.NewLocal("test", node.Bus{}).Start(t.Context(), p, node.StartOptions{Name: "link", Label: "link", Role: program.Link})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = started.Kill(context.Background()) })
	return &running{t, started, control.Client{Over: started.Control}}
}

// inside runs do in the namespace of the clients.
func (r *running) inside(do func() error) {
	r.t.Helper()
	if err := netns.In(fmt.Sprintf("/proc/%d/ns/net", r.Ready().PID), do); err != nil {
		r.t.Fatal(err)
	}
}

// dial connects from the clients' side.
func (r *running) dial(network, address string) (c net.Conn) {
	r.t.Helper()
	r.inside(func() (err error) {
		c, err = net.Dial(network, address)
		return err
	})
	r.t.Cleanup(func() { c.Close() })
	return c
}

// counted is a counter of the link.
func (r *running) counted(name string) float64 {
	r.t.Helper()
	stats, err := r.Stats(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	v, known := stats[name]
	if !known {
		r.t.Fatalf("the link does not count %s: %v", name, stats)
	}
	return v
}

// receiver is a UDP socket on the servers' side.
func (r *running) receiver() *net.UDPConn {
	r.t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	raw, err := c.SyscallConn()
	if err != nil {
		r.t.Fatal(err)
	}
	// Room for all packets of a test, however late they are read; SO_RCVBUF alone ends at a limit of the machine.
	if err := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 128<<20)
	}); err != nil {
		r.t.Fatal(err)
	}
	return c
}

// The link reads of itself what it was asked for. The bar is 1 ms at the median of 20 readings with -full; of a machine that does other
// work as well, one of five readings has to keep it.
func TestRoundTrips(t *testing.T) {
	for _, rtt := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond} {
		l := start(t, wire.Link{RTT: rtt})
		near := func(d time.Duration) bool { return (d - rtt).Abs() <= time.Millisecond }
		var read []time.Duration
		for n := range 20 {
			if !*full && (n == 5 || n > 0 && near(read[n-1])) {
				break
			}
			p, err := l.Probe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if p.Sent == 0 || p.Expected != rtt {
				t.Errorf("%v: %+v", rtt, p)
			}
			read = append(read, p.RoundTrip)
		}
		got := read[len(read)-1]
		if *full {
			slices.Sort(read)
			got = read[len(read)/2]
		}
		t.Logf("asked for %v, read %v", rtt, got)
		if !near(got) {
			t.Errorf("a round trip of %v reads %v", rtt, read)
		}
	}
}

// What a server sees of numbered packets is what was asked for, and the link counts the rest: 1% and 5% within 0.1 percentage points of
// 100,000 packets, by a seed.
func TestLoss(t *testing.T) {
	n, within := 20_000, 0.003
	if *full {
		n, within = 100_000, 0.001
	}
	for _, share := range []float64{0.01, 0.05} {
		l := start(t, wire.Link{Loss: share, Seed: 1})
		to := l.receiver()
		from := l.dial("udp4", to.LocalAddr().String())
		arrived := make(chan int)
		go func() { arrived <- countUntilLast(to, n) }()
		packet := make([]byte, 32)
		for i, due := 0, wire.Now(); i < n; i++ {
			binary.BigEndian.PutUint32(packet, uint32(i))
			if _, err := from.Write(packet); err != nil {
				t.Fatal(err)
			}
			if i%100 == 99 { // what is sent at once must find room in the sockets
				due += int64(2 * time.Millisecond)
				wire.SleepUntil(due)
			}
		}
		got, lost := <-arrived, l.counted("up_lost")
		t.Logf("asked for %v, lost %v of %d", share, lost, n)
		if float64(n)-lost != float64(got) || l.counted("up_packets") != float64(n) || l.counted("up_overflowed") != 0 {
			t.Errorf("of %d packets the link lost %v, and %d arrived", n, lost, got)
		}
		if off := lost/float64(n) - share; off > within || off < -within {
			t.Errorf("a loss of %v reads %v", share, lost/float64(n))
		}
	}
}

// countUntilLast counts packets until one of the last has come and no other does.
func countUntilLast(c *net.UDPConn, n int) (arrived int) {
	packet := make([]byte, 64)
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	for arrived < n {
		if _, err := c.Read(packet); err != nil {
			return arrived
		}
		arrived++
		if int(binary.BigEndian.Uint32(packet)) > n-50 {
			_ = c.SetReadDeadline(time.Now().Add(time.Second))
		}
	}
	return arrived
}

// TCP gets the bytes of a rate, less its headers and those of IP: 1448 of 1500 in a full packet. The bar is 5%.
func TestRate(t *testing.T) {
	const rate, header = 10e6, 1448.0 / 1500
	size, least := 1<<20, 0.75 // of a machine that does other work
	if *full {
		size, least = 8<<20, 0.95
	}
	l := start(t, wire.Link{RTT: 20 * time.Millisecond, Rate: rate, Queue: 100 * time.Millisecond})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Write(make([]byte, size))
	}()
	c := l.dial("tcp", listener.Addr().String())
	skip := int64(size / 4) // until the sender fills the link
	if _, err := io.CopyN(io.Discard, c, skip); err != nil {
		t.Fatal(err)
	}
	begin := wire.Now()
	n, err := io.Copy(io.Discard, c)
	if err != nil || n != int64(size)-skip {
		t.Fatalf("%d bytes arrived after the first %d, and then %v", n, skip, err)
	}
	got := float64(n) * 8 / (float64(wire.Now()-begin) / 1e9) / header
	t.Logf("asked for %g bit/s, read %.4g", rate, got)
	if got < least*rate || got > 1.05*rate {
		t.Errorf("%g bit/s read %g", rate, got)
	}
}

// Nothing passes in an outage, in either direction, and a connection lives on.
func TestOutage(t *testing.T) {
	l := start(t, wire.Link{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := l.dial("tcp", listener.Addr().String())
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if from := server.RemoteAddr().(*net.TCPAddr).AddrPort().Addr(); !l.Ready().Sources.Contains(from) {
		t.Errorf("the client comes from %v, want one of %v", from, l.Ready().Sources)
	}
	const outage = 300 * time.Millisecond
	begin := wire.Now()
	if err := l.Outage(t.Context(), wire.Outage{For: outage}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if took := time.Duration(wire.Now() - begin); took < outage || l.counted("down_blacked_out") == 0 {
		t.Errorf("a byte took %v through an outage of %v, and %v packets met it", took, outage, l.counted("down_blacked_out"))
	}
}

// Who serves a client behind a link is known as on loopback.
func TestOwnersBehindALink(t *testing.T) {
	l := start(t, wire.Link{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l.dial("tcp", listener.Addr().String())
	server, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	asked := probe.Asked{
		Proc: "/proc", Address: listener.Addr().(*net.TCPAddr).AddrPort(), Measured: []int{os.Getpid()}, Own: []int{l.Ready().PID},
	}
	if o, err := probe.ReadOwners(asked); err != nil || o.Clients != 1 || o.Measured != 1 || len(o.Others) != 0 {
		t.Errorf("%+v, %v: want one client, of this process", o, err)
	}
}

// A client may be any address of the link, and a killed link leaves nothing.
func TestKilledLinkIsGone(t *testing.T) {
	l := start(t, wire.Link{})
	to, sources := l.receiver(), l.Ready().Sources
	var c net.Conn
	from := sources.Addr().Next().Next().Next()
	l.inside(func() (err error) {
		c, err = net.DialUDP("udp4", &net.UDPAddr{IP: from.AsSlice()}, to.LocalAddr().(*net.UDPAddr))
		return err
	})
	defer c.Close()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	_ = to.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, got, err := to.ReadFromUDPAddrPort(make([]byte, 1)); err != nil || got.Addr() != from {
		t.Errorf("a packet came from %v, %v, want %v", got, err, from)
	}
	led := func() bool {
		routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(routes, func(r netlink.Route) bool { return r.Dst != nil && r.Dst.String() == sources.String() })
	}
	if !led() {
		t.Errorf("no route leads to %v", sources)
	}
	if err := l.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if led() {
		t.Errorf("a route still leads to %v", sources)
	}
}

// What cannot be is said in one line.
func TestRefused(t *testing.T) {
	if err := link.Run(t.Context(), wire.Link{}, io.Discard); err == nil || !strings.Contains(err.Error(), "a trial starts it so") {
		t.Errorf("outside of a trial: %v", err)
	}
	if err := link.Run(t.Context(), wire.Link{Jitter: 1}, io.Discard); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("jitter without a delay: %v", err)
	}
}
