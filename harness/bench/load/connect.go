package load

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// connectLoop is the least a client can do: one thread that connects, writes a request that never changes and reads the
// answer, with system calls alone. No client opens connections for less CPU than this one by much.
type connectLoop struct {
	plan    Plan
	request string
	payload func(stream []byte) (payload, rest []byte)
	tally   *tally
	conns   []connection
	buffer  []byte
}

type connection struct {
	fd    int
	notes *notes
	rest  []byte // of the stream, an incomplete message
}

// ahead is how many connections are opened before the first answer is read: answers are there by then, and the loop does
// not sleep for each.
const ahead = 32

// loopOver makes the load of a transport from the lines of its request and its way to cut payloads out of a stream.
func loopOver(lines string, payload func([]byte) (p, rest []byte)) func(Plan) (Load, error) {
	return func(p Plan) (Load, error) {
		request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", p.Target.Path, p.Target.Address, lines)
		return &connectLoop{plan: p, request: request, payload: payload, tally: newTally(p), buffer: make([]byte, 16<<10)}, nil
	}
}

// What the requests have beside the first two lines.
const (
	upgradeLines = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	eventLines   = "Accept: text/event-stream\r\n"
)

func (c *connectLoop) Open(ctx context.Context) error {
	to, err := netip.ParseAddrPort(c.plan.Target.Address)
	if err != nil {
		return err
	}
	address := &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	start := wire.Now()
	for i := range c.plan.Connections + ahead {
		if i < c.plan.Connections {
			wire.SleepUntil(start + int64(float64(i)*float64(time.Second)/c.plan.PerSecond))
			if err := c.connect(address); err != nil {
				return fmt.Errorf("connection %d: %w", i+1, err)
			}
		}
		if i < ahead || i-ahead >= len(c.conns) {
			continue
		}
		if err := c.read(ctx, &c.conns[i-ahead], func(n *notes) bool { return n.greeted }); err != nil {
			return fmt.Errorf("answer to connection %d: %w", i-ahead+1, err)
		}
	}
	return nil
}

func (c *connectLoop) connect(to unix.Sockaddr) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	c.conns = append(c.conns, connection{fd: fd, notes: &notes{tally: c.tally}})
	// A read that waits checks once a second whether the plan was cancelled.
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return err
	}
	if err := unix.Connect(fd, to); err != nil {
		return err
	}
	_, err = unix.Write(fd, []byte(c.request))
	return err
}

// read takes what a connection has until its notes are enough.
func (c *connectLoop) read(ctx context.Context, conn *connection, enough func(*notes) bool) error {
	for !enough(conn.notes) {
		n, err := unix.Read(conn.fd, c.buffer)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN) && ctx.Err() == nil:
			continue
		case errors.Is(err, unix.EAGAIN):
			return context.Cause(ctx)
		case err != nil:
			return err
		case n == 0:
			return net.ErrClosed
		}
		stream := c.buffer[:n]
		if len(conn.rest) > 0 {
			stream = append(conn.rest, stream...)
		}
		for payload, rest := c.payload(stream); payload != nil; payload, rest = c.payload(stream) {
			if err := conn.notes.message(payload); err != nil {
				return err
			}
			stream = rest
		}
		conn.rest = append(conn.rest[:0], stream...)
	}
	return nil
}

func (c *connectLoop) Await(ctx context.Context) {
	for i := range c.conns {
		conn := &c.conns[i]
		// What ends one early is missing from the count.
		if err := c.read(ctx, conn, func(n *notes) bool { return n.last >= uint64(c.plan.Messages) }); err != nil { //nolint:gosec // positive
			c.tally.end(conn.notes, err)
			return
		}
	}
}

func (c *connectLoop) Count() (Count, error) { return c.tally.count(), nil }

// frame cuts the first payload out of a stream of a WebSocket server, which begins with the head of its answer; nil: there
// is none yet.
func frame(stream []byte) (payload, rest []byte) {
	const short, extended = 2, 4 // bytes of a frame's header: the length in its second byte, or behind it
	if bytes.HasPrefix(stream, []byte("HTTP/")) {
		_, body, complete := bytes.Cut(stream, []byte("\r\n\r\n"))
		if !complete {
			return nil, stream
		}
		stream = body
	}
	if len(stream) < extended {
		return nil, stream
	}
	header, size := short, int(stream[1])
	if stream[1] == 126 {
		header, size = extended, int(binary.BigEndian.Uint16(stream[short:]))
	}
	if len(stream) < header+size {
		return nil, stream
	}
	return stream[header : header+size], stream[header+size:]
}

// event cuts the data of the first event out of a stream of events, whatever stands around it; nil: there is none yet.
func event(stream []byte) (payload, rest []byte) {
	field := []byte("data: ")
	i := bytes.Index(stream, field)
	if i < 0 {
		return nil, stream
	}
	line, rest, complete := bytes.Cut(stream[i+len(field):], []byte("\n"))
	if !complete {
		return nil, stream
	}
	return line, rest
}
