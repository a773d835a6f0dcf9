package epoll

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

const patience = 20 * time.Second

// lines is a transport of one line each way: the request is a line, and so is a message.
type lines struct{}

func (l lines) Open(in []byte) Answer {
	before, _, complete := strings.Cut(string(in), "\n")
	if !complete {
		return Answer{}
	}
	if before == "no" {
		return Answer{Used: len(in), Bytes: []byte("refused\n")}
	}
	return Answer{Used: len(before) + 1, Bytes: []byte("hello\n"), Dialect: l, After: hub.Live}
}
func (lines) Refuse(cause error) []byte   { return []byte(cause.Error() + "\n") }
func (lines) Frame(m hub.Message) []byte  { return append(m.Data[:len(m.Data):len(m.Data)], '\n') }
func (lines) Heartbeat() []byte           { return []byte("beat\n") }
func (lines) Farewell(cause error) []byte { return []byte("bye: " + cause.Error() + "\n") }
func (lines) Receive(in []byte) (int, []byte, error) {
	if strings.HasPrefix(string(in), "end") {
		return len(in), []byte("as you like\n"), errors.New("asked to")
	}
	return len(in), append([]byte("heard "), in...), nil
}

// driven is a shard without a goroutine: the test does what would happen to it.
func driven(t *testing.T) (*shard, *hub.Hub) {
	t.Helper()
	h := hub.New(hub.Config{History: 64, Greet: func(uint64) []byte { return []byte("greeting") }})
	s, err := newShard(h, hub.Policy{Lag: hub.Disconnect}, lines{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range s.slots {
			if c != nil {
				s.leave(c)
			}
		}
		if s.here != 0 || s.timed != 0 || h.Stats()["subscribers"] != 0 {
			t.Errorf("%d connections, %d timed and %v subscribers are left of none", s.here, s.timed, h.Stats()["subscribers"])
		}
		_ = s.set.file.Close()
		h.Close()
	})
	return s, h
}

// join gives the shard a connection that has already said something, and returns the client's end.
func (s *shard) joined(t *testing.T, sent string) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	client.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(client, sent); err != nil {
		t.Fatal(err)
	}
	raw, err := file.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(l uintptr) {
		fd, errno := acceptNow(l)
		for until := time.Now().Add(patience); errno == unix.EAGAIN && time.Now().Before(until); { // the last packet of the handshake is under way
			fd, errno = acceptNow(l)
		}
		if errno != 0 {
			t.Fatal(errno)
		}
		arrived(t, fd, len(sent))
		s.join(fd)
	})
	return client
}

// arrived waits until so many bytes can be read.
func arrived(t *testing.T, fd, n int) {
	t.Helper()
	for until := time.Now().Add(patience); ; {
		got, err := unix.IoctlGetInt(fd, unix.SIOCINQ)
		switch {
		case err != nil:
			t.Fatal(err)
		case got >= n:
			return
		case time.Now().After(until):
			t.Fatalf("%d of %d bytes came", got, n)
		}
	}
}

// until handles events until the condition holds.
func (s *shard) until(t *testing.T, enough func() bool) {
	t.Helper()
	events := make([]unix.EpollEvent, 8)
	for !enough() {
		n, err := unix.EpollWait(s.set.fd, events, int(patience.Milliseconds()))
		if n <= 0 {
			t.Fatalf("no event: %v", err)
		}
		for _, e := range events[:n] {
			s.handle(e)
		}
	}
}

func wantEnd(t *testing.T, client net.Conn, want string) {
	t.Helper()
	got, err := io.ReadAll(client)
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q and the end", got, err, want)
	}
}

func TestARequestHasADeadline(t *testing.T) {
	s, _ := driven(t)
	client := s.joined(t, "half a re")
	for range requestSeconds {
		s.second()
	}
	if c := s.slots[0]; c.phase != opening {
		t.Fatalf("phase %d before the deadline", c.phase)
	}
	s.second()
	wantEnd(t, client, ErrTooLate.Error()+"\n")
	for range endingSeconds {
		s.second()
	}
	if s.here != 1 {
		t.Fatal("closed before the client's side had its time")
	}
	s.second() // the client does not close: it is cut
	if s.here != 0 {
		t.Error("a client that never closes keeps its connection")
	}
}

func TestASlotIsUsedAgain(t *testing.T) {
	s, h := driven(t)
	first := s.joined(t, "go\n")
	second := s.joined(t, "go\n")
	first.Close()
	c := s.slots[0]
	s.until(t, func() bool { return c.phase == gone })
	third := s.joined(t, "go\n")
	if s.slots[0] == nil || len(s.slots) != 2 {
		t.Errorf("%d slots for two connections", len(s.slots))
	}
	h.Publish([]byte("one"))
	s.advanceAll()
	s.closeAll(errors.New("over"))
	for _, client := range []net.Conn{second, third} {
		wantEnd(t, client, "hello\ngreeting\none\nbye: over\n")
	}
}

// What is said while the socket has no room comes behind what was begun, whole, and nothing is read meanwhile.
func TestAFullConnectionGoesOnWhereItStopped(t *testing.T) {
	s, h := driven(t)
	client := s.joined(t, "go\n")
	c := s.slots[0]
	if err := unix.SetsockoptInt(int(c.fd), unix.SOL_SOCKET, unix.SO_SNDBUF, 64<<10); err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("hello\ngreeting\n")
	line := strings.Repeat("x", 100_000)
	for range 60 {
		h.Publish([]byte(line))
		want.WriteString(line + "\n")
		s.advanceAll()
	}
	if !c.full || !c.forRoom || len(c.rest) == 0 {
		t.Fatalf("6 MB went into a socket that was not read from: full %v, watched for room %v, %d bytes left over", c.full, c.forRoom, len(c.rest))
	}
	got := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(client)
		client.Close()
		got <- string(all)
	}()
	s.until(t, func() bool { return !c.full })
	s.closeAll(errors.New("over"))
	s.until(t, func() bool { return c.phase == gone })
	want.WriteString("bye: over\n")
	if got := <-got; got != want.String() {
		t.Errorf("%d bytes came, want these %d in order", len(got), want.Len())
	}
}

// A subscriber with a long way to go takes turns with the others.
func TestABacklogIsSentInTurns(t *testing.T) {
	s, h := driven(t)
	client := s.joined(t, "go\n")
	c := s.slots[0]
	for range 64 {
		h.Publish([]byte(strings.Repeat("x", turnBytes/16)))
	}
	go io.Copy(io.Discard, client)
	before := h.Stats()["delivered"]
	s.advance(c)
	if sent := h.Stats()["delivered"] - before; sent == 0 || sent == 64 && c.full {
		t.Errorf("%v messages in the first turn, full: %v", sent, c.full)
	}
}

func TestServeDrainsAndLeavesNothing(t *testing.T) {
	h := hub.New(hub.Config{History: 64, Greet: func(uint64) []byte { return []byte("greeting") }})
	defer h.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, h, hub.Policy{Lag: hub.Disconnect}, lines{}) }()
	exchanges := []struct{ say, want string }{
		{"", ""}, // first: those behind it in the queue of the listener are answered when it has joined
		{"no\n", "refused\n"},
		{"go\n", "hello\ngreeting\nbye: over\n"},
		{"go\nah\n", "hello\ngreeting\nheard ah\nbye: over\n"},
		{"go\nend\n", "hello\ngreeting\nas you like\n"},
	}
	clients := make([]net.Conn, len(exchanges))
	for i, e := range exchanges {
		if clients[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer clients[i].Close()
		clients[i].SetDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(clients[i], e.say); err != nil {
			t.Fatal(err)
		}
	}
	wantEnd(t, clients[1], exchanges[1].want)
	for until := time.Now().Add(patience); h.Stats()["subscribers"] != 2 || h.Stats()["greeted"] != 3; {
		if time.Now().After(until) {
			t.Fatalf("%v", h.Stats())
		}
	}
	cancel(errors.New("over"))
	for i, client := range clients {
		if i != 1 {
			wantEnd(t, client, exchanges[i].want)
		}
		client.Close()
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
