package epoll

import (
	"slices"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

// conn is one connection: all the memory it has here. Only its shard's goroutine touches it.
type conn struct {
	subscription hub.Subscription
	dialect      Dialect // nil: bytes of the client are dropped
	shard        *shard
	rest         []byte // of what the socket took in part, and what must follow it
	partial      []byte // of a request or frame that has come in part
	fd, slot     int32
	phase        phase
	seconds      uint8 // left, of one that is not open
	full         bool  // nothing more is to be sent before the socket has room; nothing is read meanwhile
	watched      bool  // in the epoll set
	forRoom      bool  // watched for room instead of input
}

type phase uint8

const (
	opening phase = iota // its request has not come to its end
	between              // it was answered, and nothing of another request has come
	open                 // it has a subscription
	ending               // it was sent everything, and has not closed its side
	gone                 // its descriptor may be another's by now
)

// Send implements hub.Sink.
func (c *conn) Send(batch []hub.Message) error {
	for len(batch) > 0 {
		if c.full || c.shard.budget <= 0 {
			c.wait()
			return hub.Full{Through: batch[0].Seq - 1}
		}
		taken, err := c.write(batch[:min(len(batch), maxFrames)])
		if err != nil {
			return err
		}
		batch = batch[taken:]
	}
	return nil
}

// Heartbeat implements hub.Sink. A full connection is anything but silent.
func (c *conn) Heartbeat() error {
	if c.full {
		return nil
	}
	return c.send(c.dialect.Heartbeat())
}

// send sends bytes that are not the hub's, after what is left over.
func (c *conn) send(b []byte) error {
	if len(c.rest) == 0 {
		c.rest = b
	} else {
		c.rest = append(slices.Clip(c.rest), b...)
	}
	return c.flush()
}

func (c *conn) flush() error {
	if c.full || len(c.rest) == 0 {
		return nil
	}
	_, err := c.write(nil)
	return err
}

// write sends what is left over and then messages. Taken are those of which at least one byte has left: of the last of them
// the rest is kept.
func (c *conn) write(batch []hub.Message) (taken int, err error) {
	s := c.shard
	pieces := s.pieces[:0]
	if len(c.rest) > 0 {
		pieces = append(pieces, c.rest)
	}
	before := len(pieces)
	for i := range batch {
		pieces = append(pieces, c.dialect.Frame(batch[i]))
	}
	for i, p := range pieces {
		s.vectors[i].Base = &p[0]
		s.vectors[i].SetLen(len(p))
	}
	n, errno := writeNow(c.fd, s.vectors[:len(pieces)])
	switch errno {
	case 0:
	case unix.EAGAIN, unix.EINTR:
		n = 0
	default:
		return 0, errno
	}
	s.budget -= n
	at := 0
	for at < len(pieces) && n >= len(pieces[at]) {
		n -= len(pieces[at])
		at++
	}
	c.rest = nil
	if at < len(pieces) {
		if n > 0 || at < before {
			c.rest = pieces[at][n:]
			at++
		}
		c.wait()
	}
	return max(at-before, 0), nil
}

// wait stops sending, and reading, until the socket has room: a client that does not read is not read from.
func (c *conn) wait() {
	c.full = true
	c.watchFor(true)
}

func (c *conn) watchFor(room bool) {
	if c.forRoom == room {
		return
	}
	c.forRoom = room
	if c.watched {
		_ = c.shard.watch(unix.EPOLL_CTL_MOD, c) // of one that is in the set it cannot fail
	}
}
