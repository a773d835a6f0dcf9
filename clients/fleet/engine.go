package fleet

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
)

// engine carries connections: it dials, reads, writes, and calls the connection's methods. It is the only part that
// knows sockets, so that another one needs no other decoder and no other recorder.
type engine interface {
	open(c *conn)                     // begins to connect; returns at once unless too many connects are under way
	pace() (done func())              // a schedule keeps a processor (wire.PaceUntil) until done is called
	send(c *conn, b []byte)           // gives bytes to a connection that stands; one that fails ends
	leave(c *conn, cleanly bool)      // ends its connection, unless it has another one by now
	blackhole(all []*conn)            // when it returns their kernel neither takes nor sends anything
	unread(c *conn) int               // bytes that have arrived and wait to be read
	drained(ctx context.Context) bool // waits until no connection is open; false: ctx ended before
	stop(ctx context.Context)         // closes every connection cleanly, and by force when ctx ends; returns when all have ended
	wakeups() uint64                  // of its event loops so far; 0 where there are none
}

// Options choose how a fleet reads.
type Options struct {
	Engine Engine
	Reader Reader

	Sources netip.Prefix // addresses that connections to loopback come from, behind a link; none: those of loopback
}

// Engine names the code that carries connections.
type Engine string

// The engines. Auto is epoll where it can be had: on Linux, for clients that have a TCP socket of their own and speak clear
// text on it. Streams that a Dialer opens need goroutines.
//
// There is none on io_uring. One was built (multishot recvmsg with the kernel's stamps, provided buffers, min_wait) and
// measured in pairs with epoll, ws-gorilla, 5000 connections, batched: 0.73 to 0.79 of epoll's CPU per message at 4 and 10
// messages a second with buffers cut to the message, 0.89 to 1.01 with buffers of 512 bytes. Most of both is the kernel's
// receive path, and what epoll spends on events io_uring spends on its request objects: not worth 500 lines.
const (
	Auto       Engine = "auto"
	Epoll      Engine = "epoll"     // an event loop per CPU: Linux
	Goroutines Engine = "goroutine" // a goroutine per connection: everywhere, and whatever the stream
)

// Reader says how eager an event loop is. On loopback the server pays for waking a reader that sleeps, so that this is
// part of every figure of a server.
type Reader string

// The readers.
const (
	Batched  Reader = "batched"   // rests after a wake-up, then drains what has come
	Eager    Reader = "eager"     // reads at once, then sleeps
	BusyPoll Reader = "busy-poll" // never sleeps
)

// Check says what is wrong with the options, if anything is.
func (o Options) Check() error {
	switch o.Engine {
	case Auto, Epoll, Goroutines:
	default:
		return fmt.Errorf("engine %q is none of %s, %s, %s", o.Engine, Auto, Epoll, Goroutines)
	}
	switch o.Reader {
	case Batched, Eager, BusyPoll:
		return nil
	default:
		return fmt.Errorf("reader %q is none of %s, %s, %s", o.Reader, Batched, Eager, BusyPoll)
	}
}

// For returns the engine these options come to: for clients whose streams a Dialer opens, or for those with sockets.
func (o Options) For(carried bool) (Engine, error) {
	if err := o.Check(); err != nil {
		return "", err
	}
	switch {
	case o.Engine == Epoll && carried:
		return "", errors.New("engine epoll reads clear text from TCP sockets, and TLS, HTTP/2, QUIC and gzip need goroutines: leave --engine out")
	case o.Engine == Epoll && !hasEpoll:
		return "", errors.New("engine epoll needs Linux: leave --engine out")
	case o.Engine == Auto && hasEpoll && !carried:
		return Epoll, nil
	case o.Engine == Auto:
		return Goroutines, nil
	default:
		return o.Engine, nil
	}
}

// waited waits for a group until ctx ends; false says that it did.
func waited(ctx context.Context, group *sync.WaitGroup) bool {
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
