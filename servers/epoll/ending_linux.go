package epoll

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

// end ends a subscription: with the transport's farewell, unless the connection is gone.
func (s *shard) end(c *conn, cause error) {
	if errors.As(cause, new(syscall.Errno)) {
		s.leave(c)
		return
	}
	c.subscription.End()
	s.timed++
	s.finish(c, c.dialect.Farewell(cause))
}

// finish sends the last bytes of a connection whose subscription, if it had one, has ended.
func (s *shard) finish(c *conn, last []byte) {
	c.phase, c.seconds = ending, endingSeconds
	c.partial, c.subscription = nil, hub.Subscription{}
	if err := c.send(last); err != nil {
		s.leave(c)
		return
	}
	if !c.full {
		s.shut(c)
	}
}

// shut ends our side. The client's is waited for and what it still sends is read: closing at once would reset the
// connection if something came, and take the last bytes from a client that has not read them (RFC 9112, 9.6).
func (s *shard) shut(c *conn) {
	if err := unix.Shutdown(int(c.fd), unix.SHUT_WR); err != nil {
		s.leave(c)
	}
}

// leave closes a connection.
func (s *shard) leave(c *conn) {
	switch c.phase {
	case open:
		c.subscription.End()
	case opening, ending:
		s.timed--
	case between:
	case gone:
		return
	}
	c.phase = gone
	_ = unix.Close(int(c.fd)) // takes it out of the set
	s.slots[c.slot] = nil
	s.free = append(s.free, c.slot)
	s.here--
}

// closeAll ends all connections.
func (s *shard) closeAll(cause error) {
	for _, c := range s.slots {
		switch {
		case c == nil:
		case c.phase == open:
			s.end(c, cause)
		case c.phase == opening || c.phase == between:
			s.leave(c)
		}
	}
}

// second takes one from what is left to connections that open or end.
func (s *shard) second() {
	if s.timed == 0 {
		return
	}
	for _, c := range s.slots {
		if c == nil || c.phase == open || c.phase == between {
			continue
		}
		if c.seconds > 0 {
			c.seconds--
			continue
		}
		if c.phase == opening {
			s.finish(c, s.transport.Refuse(ErrTooLate))
		} else {
			s.leave(c)
		}
	}
}
