package epoll

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// pair is a connection with both its ends.
type pair struct{ server, client *net.TCPConn }

func connect(t *testing.T, l net.Listener, n int) (pairs []pair) {
	t.Helper()
	for range n {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		p := pair{server.(*net.TCPConn), client.(*net.TCPConn)}
		t.Cleanup(func() { p.server.Close(); p.client.Close() })
		pairs = append(pairs, p)
	}
	return pairs
}

// Who leaves is noticed, nobody else is taken for gone, and a descriptor that becomes another connection's does not carry
// the fate of the one before it.
func TestWatcherNoticesWhoLeavesAndNobodyElse(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	drain, begin := context.WithCancel(t.Context())
	var running sync.WaitGroup
	w, err := NewWatcher(drain, &running)
	if err != nil {
		t.Fatal(err)
	}
	leaves := []func(pair){
		func(p pair) { p.client.Close() },
		func(p pair) { p.client.CloseWrite() },
		func(p pair) { p.client.SetLinger(0); p.client.Close() },                    // RST
		func(p pair) { p.client.Write([]byte("GET / HTTP/1.1")); p.client.Close() }, // what it says last is read before its end
	}
	for range 20 { // rounds take the descriptors of the round before
		var ended sync.WaitGroup
		var stayed []context.Context
		for _, p := range connect(t, l, 200) {
			leave := leaves[rand.IntN(len(leaves))]
			early, stays := rand.IntN(8) == 0, rand.IntN(2) == 0
			if early {
				leave(p) // before it is watched
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := new(Watched)
			if err := w.Add(c, p.server, &reader{received: make(chan string, 1), left: cancel}); err != nil {
				t.Fatal(err)
			}
			if stays && !early {
				stayed = append(stayed, ctx)
				ended.Go(func() {
					p.client.Write([]byte("a word is no farewell"))
					c.Forget()
					p.server.Close()
				})
				continue
			}
			ended.Go(func() {
				if !early {
					leave(p)
				}
				select {
				case <-ctx.Done():
				case <-time.After(patience):
					t.Error("one who left was not noticed")
				}
				c.Forget()
				p.server.Close()
			})
		}
		ended.Wait()
		for _, ctx := range stayed {
			if ctx.Err() != nil {
				t.Fatal("one who stayed was taken for gone")
			}
		}
	}
	if w.open != 0 {
		t.Errorf("%d connections are still watched", w.open)
	}
	// A drain lets the watcher read until the last connection is forgotten.
	p := connect(t, l, 1)[0]
	var c Watched
	r := &reader{received: make(chan string, 1), left: func() { t.Error("the drain was taken for the peer's end") }}
	if err := w.Add(&c, p.server, r); err != nil {
		t.Fatal(err)
	}
	begin()
	p.client.Write([]byte("still here"))
	select {
	case got := <-r.received:
		if got != "still here" {
			t.Errorf("read %q", got)
		}
	case <-time.After(patience):
		t.Error("a draining watcher does not read")
	}
	c.Forget()
	c.Forget()
	running.Wait()
	if w.Add(&c, p.server, r) == nil {
		t.Error("a closed watcher watches")
	}
}

// reader hands on what it is told.
type reader struct {
	received chan string
	left     func()
}

func (r *reader) Received(b []byte) {
	select {
	case r.received <- string(b):
	default:
	}
}

func (r *reader) Left() { r.left() }
