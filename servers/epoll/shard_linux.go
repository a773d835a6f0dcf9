package epoll

import (
	"bytes"
	"context"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/servers/hub"
)

// shard is a goroutine, the connections it owns and the epoll set they are in.
type shard struct {
	hub       *hub.Hub
	policy    hub.Policy
	transport Transport
	joining   chan int // descriptors of new connections; closed when there will be none
	set       set

	slots  []*conn // in the order in which they came, so that the kernel's memory of them is visited as it lies
	free   []int32 // slots of those that have left
	here   int     // connections
	timed  int     // of them, those that have only seconds left
	budget int     // bytes the connection under way may still be sent before others get their turn

	buffer  [64 << 10]byte
	pieces  [maxFrames + 1][]byte
	vectors [maxFrames + 1]unix.Iovec
}

const (
	maxFrames     = 64
	joiningBuffer = 128
	turnBytes     = 256 << 10
	turnLength    = 256 // connections that are advanced before other goroutines get a turn: a millisecond or two

	requestSeconds = 10 // a client may take to send its request, as on the other lanes
	endingSeconds  = 2  // a client may take to close its side
)

func newShard(h *hub.Hub, p hub.Policy, t Transport) (*shard, error) {
	s := &shard{hub: h, policy: p, transport: t, joining: make(chan int, joiningBuffer)}
	var err error
	s.set, err = newSet()
	return s, err
}

// run serves until ctx has ended, no more connections join and all have left.
func (s *shard) run(ctx context.Context) {
	events := newBatches(s.set)
	defer events.stop()
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	stop := ctx.Done()
	wake := s.hub.Wake()
	for s.joining != nil || s.here > 0 {
		select {
		case <-wake:
			wake = s.hub.Wake()
			s.advanceAll()
		case batch := <-events.ready:
			for _, e := range batch {
				s.handle(e)
			}
			events.handled <- struct{}{}
		case fd, more := <-s.joining:
			switch {
			case !more:
				s.joining = nil
			case ctx.Err() != nil:
				_ = unix.Close(fd)
			default:
				s.join(fd)
			}
		case <-seconds.C:
			s.second()
		case <-stop:
			stop = nil
			s.closeAll(context.Cause(ctx))
		}
	}
}

// advanceAll sends what is due to all connections that have room for it.
func (s *shard) advanceAll() {
	for i, c := range s.slots {
		if c != nil && c.phase == open && !c.full {
			s.advance(c)
		}
		if i%turnLength == turnLength-1 {
			runtime.Gosched()
		}
	}
}

func (s *shard) advance(c *conn) {
	s.budget = turnBytes
	if err := c.subscription.Advance(); err != nil {
		s.end(c, err)
	}
}

// join takes a connection in. Its request has often come by now: one that has needs no event.
func (s *shard) join(fd int) {
	c := &conn{shard: s, fd: int32(fd), seconds: requestSeconds} //nolint:gosec // a descriptor fits
	if n := len(s.free); n > 0 {
		c.slot, s.free = s.free[n-1], s.free[:n-1]
		s.slots[c.slot] = c
	} else {
		c.slot = int32(len(s.slots)) //nolint:gosec // as many as descriptors
		s.slots = append(s.slots, c)
	}
	s.here++
	s.timed++
	s.read(c)
	if c.phase == gone {
		return
	}
	if err := s.watch(unix.EPOLL_CTL_ADD, c); err != nil {
		s.leave(c) // no memory: no event of it would come
		return
	}
	c.watched = true
}

// watch puts a connection into the set, or changes what it is watched for. Level-triggered: what one read leaves behind is
// reported again.
func (s *shard) watch(op int, c *conn) error {
	events := uint32(unix.EPOLLIN)
	if c.forRoom {
		events = unix.EPOLLOUT
	}
	return s.set.control(op, int(c.fd), events, c.slot)
}

// handle takes one event of one connection.
func (s *shard) handle(e unix.EpollEvent) {
	c := s.slots[e.Fd]
	switch {
	case c == nil: // it left earlier in this batch
	case c.forRoom:
		s.room(c)
	default:
		s.read(c)
	}
}

// room continues a connection that was full.
func (s *shard) room(c *conn) {
	c.full = false
	if err := c.flush(); err != nil {
		s.leave(c)
		return
	}
	if c.full {
		return
	}
	switch c.phase {
	case open:
		s.advance(c)
	case ending:
		s.shut(c)
	case opening, between, gone: // the first two wait for a request, the other has no slot
	}
	if !c.full && c.phase != gone {
		c.watchFor(false)
	}
}

// read takes the bytes of a connection.
func (s *shard) read(c *conn) {
	n, errno := readNow(c.fd, s.buffer[:])
	if errno == unix.EAGAIN || errno == unix.EINTR {
		return
	}
	if errno != 0 || n == 0 {
		s.leave(c)
		return
	}
	in := s.buffer[:n]
	if len(c.partial) > 0 {
		in = append(c.partial, in...)
		c.partial = nil
	}
	for len(in) > 0 && (c.phase == opening || c.phase == between) {
		in = s.request(c, in)
	}
	if len(in) > 0 && c.dialect != nil {
		s.receive(c, in)
	}
}

// request reads the request of a connection and returns the bytes after it.
func (s *shard) request(c *conn, in []byte) []byte {
	if c.phase == between {
		c.phase, c.seconds = opening, requestSeconds
		s.timed++
	}
	a := s.transport.Open(in)
	switch {
	case a.Used == 0 && len(in) >= MaxRequest:
		s.finish(c, s.transport.Refuse(ErrTooLong))
		return nil
	case a.Used == 0:
		c.partial = bytes.Clone(in)
		return nil
	case a.Again:
		c.phase = between
		s.timed--
		if c.send(a.Bytes) != nil {
			s.leave(c)
			return nil
		}
		return in[a.Used:]
	case a.Dialect == nil:
		s.finish(c, a.Bytes)
		return nil
	}
	c.dialect, c.rest = a.Dialect, a.Bytes // leaves together with the greeting
	s.budget = turnBytes
	var err error
	if c.subscription, err = s.hub.Subscribe(a.After, s.policy, c); err != nil {
		s.leave(c)
		return nil
	}
	c.phase = open
	s.timed--
	s.advance(c)
	if c.phase == gone {
		return nil
	}
	return in[a.Used:]
}

// receive hands bytes of a subscriber to its dialect.
func (s *shard) receive(c *conn, in []byte) {
	used, reply, err := c.dialect.Receive(in)
	switch {
	case err != nil && c.phase == ending: // it has answered the farewell
		s.leave(c)
		return
	case err != nil:
		c.subscription.End()
		c.dialect = nil
		s.timed++
		s.finish(c, reply)
		return
	}
	if used < len(in) {
		c.partial = bytes.Clone(in[used:])
	}
	if c.phase == open && len(reply) > 0 && c.send(reply) != nil {
		s.leave(c)
	}
}
