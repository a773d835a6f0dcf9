package sse

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

const patience = 20 * time.Second

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
	w, err := newWatcher()
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(w.run)
	leaves := []func(pair){
		func(p pair) { p.client.Close() },
		func(p pair) { p.client.CloseWrite() },
		func(p pair) { p.client.SetLinger(0); p.client.Close() },                    // RST
		func(p pair) { p.client.Write([]byte("GET / HTTP/1.1")); p.client.Close() }, // what it says last stays unread
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
			unwatch, err := w.watch(p.server, cancel)
			if err != nil {
				t.Fatal(err)
			}
			if stays && !early {
				stayed = append(stayed, ctx)
				ended.Go(func() {
					p.client.Write([]byte("a word is no farewell"))
					unwatch()
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
				unwatch()
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
	if n := len(w.leave); n != 0 {
		t.Errorf("%d connections are still watched", n)
	}
	stays := connect(t, l, 1)[0]
	left := func() { t.Error("the end of the watcher was taken for the peer's") }
	unwatch, err := w.watch(stays.server, left)
	if err != nil {
		t.Fatal(err)
	}
	w.close()
	running.Wait()
	unwatch()
	if _, err := w.watch(stays.server, left); err == nil {
		t.Error("a closed watcher watches")
	}
}

// A drain closes the watcher while its goroutine may be at work, and whoever is forgotten from then on leaves unseen.
func TestAClosedWatcherForgets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w, err := newWatcher()
	if err != nil {
		t.Fatal(err)
	}
	p := connect(t, l, 1)[0]
	unwatch, err := w.watch(p.server, func() { t.Error("one who was forgotten was taken for gone") })
	if err != nil {
		t.Fatal(err)
	}
	set := -1 // as a goroutine in take holds it
	if err := w.raw.Control(func(fd uintptr) { set, err = unix.Dup(int(fd)) }); err != nil || set < 0 {
		t.Fatal(err)
	}
	defer unix.Close(set)
	w.close()
	unwatch()
	p.client.Close()
	var events [1]unix.EpollEvent
	for deadline := time.Now().Add(patience); w.take(set, events[:]) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("nobody left")
		}
	}
}
