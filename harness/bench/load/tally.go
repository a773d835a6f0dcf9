package load

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/pushbench/pushbench/internal/wire"
)

// tally counts what all connections of a load receive.
type tally struct {
	connections, messages  int64 // that are due
	greeted, ended         atomic.Int64
	received, odd          atomic.Int64
	open, complete, failed chan struct{} // closed when every connection has its greeting, has every message, when one has ended

	first sync.Once
	cause error // of the first end; valid after failed
}

func newTally(p Plan) *tally {
	return &tally{
		connections: int64(p.Connections), messages: int64(p.Connections) * int64(p.Messages),
		open: make(chan struct{}), complete: make(chan struct{}), failed: make(chan struct{}),
	}
}

// notes is what is kept of one connection.
type notes struct {
	tally   *tally
	greeted bool
	last    uint64 // sequence number
}

// errStamp is the error of a connection to another kind of server.
var errStamp = errors.New("a message begins without a stamp: is this a pushbench server?")

// message takes one payload; a connection counts as open from the greeting on.
func (n *notes) message(payload []byte) error {
	t := n.tally
	stamp, ok := wire.ParseStamp(payload)
	switch {
	case !ok:
		return errStamp
	case stamp.Greeting() && !n.greeted:
		n.greeted, n.last = true, stamp.Seq
		if t.greeted.Add(1) == t.connections {
			close(t.open)
		}
	case stamp.Greeting() || stamp.Seq <= n.last:
		t.odd.Add(1)
	default:
		n.last = stamp.Seq
		if t.received.Add(1) == t.messages {
			close(t.complete)
		}
	}
	return nil
}

// text takes a payload that the library made a string of: the stamp is copied, on the stack, and nothing else.
func (n *notes) text(payload string) error {
	return n.message([]byte(payload[:min(len(payload), wire.StampSize)]))
}

// end notes that a connection ended, which the plan never asks for.
func (t *tally) end(n *notes, err error) {
	if n.greeted {
		t.ended.Add(1)
	}
	if err == nil {
		err = errors.New("the server closed it")
	}
	t.first.Do(func() { t.cause = err; close(t.failed) })
}

func (t *tally) count() Count {
	c := Count{
		Open:     int(t.greeted.Load() - t.ended.Load()),
		Received: uint64(t.received.Load()), Odd: uint64(t.odd.Load()), //nolint:gosec // they only grow
	}
	select {
	case <-t.failed:
		c.Cause = t.cause.Error()
	default:
	}
	return c
}
