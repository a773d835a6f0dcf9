package fleet

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/internal/ports"
	"github.com/pushbench/pushbench/internal/wire"
)

const patience = 20 * time.Second

// scripted is a TCP server whose every connection runs the given function, in the floor's framing.
func scripted(t *testing.T, serve func(number int, conn net.Conn)) wire.Target {
	t.Helper()
	return resumable(t, func(number int, _ uint64, conn net.Conn) { serve(number, conn) })
}

// resumable is scripted with the sequence number the client wants to resume after.
func resumable(t *testing.T, serve func(number int, after uint64, conn net.Conn)) wire.Target {
	t.Helper()
	return listening(t, func(number int, conn net.Conn) {
		var request [8]byte
		if _, err := io.ReadFull(conn, request[:]); err == nil {
			serve(number, binary.BigEndian.Uint64(request[:]), conn)
		}
	})
}

// listen listens on a port that no outgoing connection can have when it has been closed: not even one to it.
func listen(t *testing.T) net.Listener {
	t.Helper()
	var config net.ListenConfig
	l, err := ports.Listen("127.0.0.1", func(address string) (net.Listener, error) { return config.Listen(t.Context(), "tcp", address) })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// listening is a server whose every connection runs the given function, and closes behind it.
func listening(t *testing.T, serve func(number int, conn net.Conn)) wire.Target {
	t.Helper()
	l := listen(t)
	var handlers sync.WaitGroup
	handlers.Go(func() {
		for number := 0; ; number++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handlers.Go(func() {
				defer conn.Close()
				serve(number, conn)
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); handlers.Wait() })
	return wire.Target{Transport: "tcp", Address: l.Addr().String()}
}

func frame(p []byte) []byte { return append([]byte{0, 0, byte(len(p) >> 8), byte(len(p))}, p...) }

func greeting(seq uint64) []byte { return frame(wire.Payload(wire.Stamp{Seq: seq}, 0)) }

func message(seq uint64) []byte {
	return frame(wire.Payload(wire.Stamp{Seq: seq, Intended: wire.Now()}, 64))
}

// hold keeps a connection open until its client leaves.
func hold(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func tcpDecoder() Decoder { return tcp.New() }

// everyEngine runs a test on each engine with each of its readers.
func everyEngine(t *testing.T, test func(t *testing.T, o Options)) {
	for _, o := range []Options{{Engine: Goroutines, Reader: Eager}, {Engine: Epoll, Reader: Batched}, {Engine: Epoll, Reader: Eager}, {Engine: Epoll, Reader: BusyPoll}} {
		t.Run(string(o.Engine)+" "+string(o.Reader), func(t *testing.T) { test(t, o) })
	}
}

func newFleet(t *testing.T, o Options) *Fleet {
	t.Helper()
	return newFleetOf(t, o, Client{Decoder: tcpDecoder})
}

func newFleetOf(t *testing.T, o Options, client Client) *Fleet {
	t.Helper()
	f, err := New(o, client)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		f.Stop(ctx)
	})
	return f
}

func ramped(t *testing.T, o Options, target wire.Target, n int) *Fleet {
	t.Helper()
	f := newFleet(t, o)
	if err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{target}, Connections: n, PerSecond: 5000, Agents: 1}); err != nil {
		t.Fatal(err)
	}
	return f
}

func collect(t *testing.T, f *Fleet, c wire.Collect) wire.Report {
	t.Helper()
	c.Timeout = patience
	r, err := f.Collect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A server that loses, repeats and reorders must be caught at exactly that.
func TestCollectCountsWhatTheServerDidWrong(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		begin := make(chan struct{})
		target := scripted(t, func(number int, conn net.Conn) {
			_, _ = conn.Write(greeting(100))
			<-begin
			seqs := [][]uint64{
				{101, 102, 103, 104, 105},           // as it should be
				{101, 103, 104, 105},                // loses 102
				{101, 102, 102, 103, 101, 104, 105}, // repeats two
				{102, 101, 104, 103, 105},           // reorders two
				{105},                               // loses four
			}[number]
			for _, seq := range seqs {
				_, _ = conn.Write(message(seq))
			}
			hold(conn)
		})
		f := ramped(t, o, target, 5)
		close(begin)
		r := collect(t, f, wire.Collect{After: 100, Through: 105})
		if r.Expected != 25 {
			t.Errorf("expected %d messages, want 25", r.Expected)
		}
		if r.Duplicated != 2 {
			t.Errorf("%d duplicated, want 2", r.Duplicated)
		}
		if r.Lost != 5 || r.Reordered != 2 {
			t.Errorf("%d lost and %d reordered, want 5 and 2", r.Lost, r.Reordered)
		}
		if len(r.Spreads) != 5 || r.Spreads[0].Seq != 101 {
			t.Errorf("spreads %v, want those of 101 to 105", r.Spreads)
		}
	})
}

func TestRampNamesWhatFailed(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		for _, c := range []struct {
			name  string
			serve func(int, net.Conn)
			want  string
		}{
			{"garbage", func(_ int, conn net.Conn) { _, _ = conn.Write(frame([]byte("HTTP/1.1 400 Bad Request"))); hold(conn) }, "begins without a stamp"},
			{"oversized frame", func(_ int, conn net.Conn) { _, _ = conn.Write([]byte{0xff, 0xff, 0xff, 0xff}); hold(conn) }, "4294967295"},
			{"closed at once", func(int, net.Conn) {}, "closed before it confirmed"},
			{"cut inside a frame", func(_ int, conn net.Conn) { _, _ = conn.Write([]byte{0, 0, 0}) }, "unexpected EOF"},
		} {
			t.Run(c.name, func(t *testing.T) {
				f := newFleet(t, o)
				err := f.Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{scripted(t, c.serve)}, Connections: 3, PerSecond: 1000, Agents: 1})
				if err == nil || !strings.Contains(err.Error(), "3 of 3 connections failed") || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want it to count 3 of 3 and say %q", err, c.want)
				}
				r := collect(t, f, wire.Collect{})
				if r.Failed != 3 || r.Connections != 0 {
					t.Errorf("%d failed, %d open; want 3 and 0", r.Failed, r.Connections)
				}
			})
		}
	})
}

func TestRampRefusedConnection(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		l := listen(t)
		address := l.Addr().String()
		_ = l.Close()
		err := newFleet(t, o).Ramp(t.Context(), wire.Ramp{Targets: []wire.Target{{Transport: "tcp", Address: address}}, Connections: 2, PerSecond: 1000, Agents: 1})
		if err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("got %v, want connection refused", err)
		}
	})
}

func TestASilentServerEndsTheRampWithItsContext(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		target := scripted(t, func(_ int, conn net.Conn) { hold(conn) })
		ctx, cancel := context.WithCancelCause(t.Context())
		f := newFleet(t, o)
		ended := make(chan error, 1)
		go func() {
			ended <- f.Ramp(ctx, wire.Ramp{Targets: []wire.Target{target}, Connections: 1, PerSecond: 1000, Agents: 1})
		}()
		cancel(io.ErrNoProgress)
		if err := <-ended; !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("got %v, want the context's cause", err)
		}
	})
}

// Connections that the server cuts in the middle are counted apart from those it closes.
func TestCutIsNotClosed(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		leave := make(chan struct{})
		target := scripted(t, func(number int, conn net.Conn) {
			_, _ = conn.Write(greeting(0))
			<-leave
			if number == 0 {
				_ = conn.(*net.TCPConn).SetLinger(0) // a reset instead of an end
			}
		})
		f := ramped(t, o, target, 3)
		close(leave)
		r := collect(t, f, wire.Collect{After: 0, Through: 4})
		if r.Connections != 0 || r.Cut != 1 || r.Closed != 2 {
			t.Errorf("%d open, %d cut, %d closed; want 0, 1, 2 (%v)", r.Connections, r.Cut, r.Closed, r.Errors)
		}
		if r.Expected != 12 || r.Lost != 12 {
			t.Errorf("%d lost of %d: what a connection that left should have seen is lost, want 12 of 12", r.Lost, r.Expected)
		}
	})
}

// The handshake counts from the schedule, so that a generator or a server that falls behind shows.
func TestHandshakeCountsFromTheSchedule(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		const pause = 50 * time.Millisecond
		target := scripted(t, func(_ int, conn net.Conn) {
			wire.SleepUntil(wire.Now() + int64(pause))
			_, _ = conn.Write(greeting(0))
			hold(conn)
		})
		f := ramped(t, o, target, 4)
		r := collect(t, f, wire.Collect{})
		h, err := r.Histograms[handshake].Decode()
		if err != nil {
			t.Fatal(err)
		}
		if h.TotalCount() != 4 || h.Min() < int64(pause)*99/100 {
			t.Errorf("%d handshakes, the shortest %v; want 4 of at least %v", h.TotalCount(), time.Duration(h.Min()), pause)
		}
	})
}

// What lies unread in the load's own sockets is found there.
func TestEnginesFindTheirBacklog(t *testing.T) {
	everyEngine(t, func(t *testing.T, o Options) {
		begin := make(chan struct{})
		f := ramped(t, o, scripted(t, func(_ int, conn net.Conn) {
			_, _ = conn.Write(greeting(0))
			<-begin
			for seq := uint64(1); ; seq++ {
				if _, err := conn.Write(message(seq)); err != nil {
					return
				}
			}
		}), 1)
		f.Profile(t.Context(), wire.Profile{Slow: wire.Slow{Share: 1}}) // stops after a read
		close(begin)
		c := &f.slabs[0][0]
		for deadline := time.Now().Add(patience); f.engine.unread(c) == 0; {
			if time.Now().After(deadline) {
				t.Fatal("nothing waits unread in the socket of a client that does not read")
			}
		}
		f.Profile(t.Context(), wire.Profile{})
	})
}
