package fleet

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// epoll is the engine for cleartext TCP on Linux: one event loop per CPU, one read buffer a loop, and no goroutine, no
// buffer and no runtime object per connection. A loop of its own ends the connects, always at once: a handshake must not
// wait for a reader that rests. What arrives is stamped by the kernel, so that the time a message waits
// for the loop is the generator's delay and not the server's latency.
type epoll struct {
	loops     []*loop
	connector *loop
	table     []atomic.Pointer[conn] // by descriptor
	sockets   sockets
	opened    sync.WaitGroup // connections that have not ended
}

func newEpoll(reader Reader) (engine, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return nil, err
	}
	e := &epoll{table: make([]atomic.Pointer[conn], min(limit.Cur, maxDescriptors))}
	loops := runtime.NumCPU() // those the process is bound to
	// A loop holds one of Go's processors while it waits in the kernel; the ramp and the bus need others. The CPUs the
	// process may run on stay what they were.
	runtime.GOMAXPROCS(loops + 3)
	for i := range loops {
		l, err := newLoop(e, i, reader)
		if err != nil {
			return nil, err
		}
		e.loops = append(e.loops, l)
	}
	var err error
	if e.connector, err = newLoop(e, noShard, Eager); err != nil {
		return nil, err
	}
	for _, l := range e.all() {
		go l.run()
	}
	return e, nil
}

func (e *epoll) all() []*loop { return append(e.loops[:len(e.loops):len(e.loops)], e.connector) }

// noShard is the number of the loop that owns no connections.
const noShard = -1

// maxDescriptors bounds the table where the limit is "unlimited".
const maxDescriptors = 1 << 17

// open begins to connect and asks for the subscription. On loopback the TCP handshake is over when connect returns, although
// it says EINPROGRESS: sending tells, and costs neither of the wake-up calls that waiting for it would. Elsewhere the
// connector goes on.
func (e *epoll) open(c *conn) {
	e.opened.Add(1)
	c.dialing()
	fd, err := e.sockets.connect(c.opening.target.Address, c.opening.source)
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		e.ended(c, err)
		return
	}
	c.handle = int32(fd) //nolint:gosec // a descriptor fits
	request := c.request()
	c.opening.request = request
	e.table[fd].Store(c) // the loops load it there, with all that was written before
	if err = e.subscribe(fd, c, request); errors.Is(err, errFull) {
		err = e.connector.add(fd, unix.EPOLLOUT)
	}
	if err != nil {
		e.close(fd, c, err)
	}
}

// subscribe sends the request and hands the socket to the loop of its shard; errFull: it is not connected yet.
func (e *epoll) subscribe(fd int, c *conn, request []byte) error {
	now := wire.Now()
	if err := send(fd, request); err != nil {
		return err
	}
	c.connected(now)
	return e.loopOf(c).add(fd, unix.EPOLLIN)
}

// close ends a connection and its socket.
func (e *epoll) close(fd int, c *conn, err error) {
	if e.release(fd, c) {
		e.ended(c, err)
	}
}

// release closes a connection's socket; false: it was closed already, by an order beside an event. The recorder's lock keeps
// send from a descriptor that is another's by now.
func (e *epoll) release(fd int, c *conn) bool {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	if !e.table[fd].CompareAndSwap(c, nil) {
		return false
	}
	_ = unix.Close(fd) // takes it out of the epoll set
	return true
}

// send writes on the thread of its caller: the loop may rest.
func (e *epoll) send(c *conn, b []byte) {
	c.recorder.mu.Lock()
	defer c.recorder.mu.Unlock()
	fd := int(c.handle)
	if !c.standing() || e.table[fd].Load() != c {
		return
	}
	if err := send(fd, b); err != nil {
		e.loopOf(c).post(func() { e.close(fd, c, err) })
	}
}

func (e *epoll) ended(c *conn, err error) {
	c.end(err)
	e.opened.Done()
}

// loopOf is the loop that reads a connection.
func (e *epoll) loopOf(c *conn) *loop { return e.loops[c.recorder.number%len(e.loops)] }

func (e *epoll) leave(c *conn, cleanly bool) {
	l := e.loopOf(c)
	l.post(func() { l.leave(c, cleanly) })
}

func (e *epoll) blackhole(all []*conn) {
	var done sync.WaitGroup
	for _, l := range e.loops {
		done.Add(1)
		l.post(func() {
			defer done.Done()
			for _, c := range all {
				l.blackhole(c)
			}
		})
	}
	done.Wait()
}

func (e *epoll) unread(c *conn) int { return queued(int(c.handle)) }

func (e *epoll) drained(ctx context.Context) bool { return waited(ctx, &e.opened) }

func (e *epoll) stop(ctx context.Context) {
	e.closeAll(true)
	if !e.drained(ctx) {
		e.closeAll(false)
		e.opened.Wait()
	}
	for _, l := range e.all() {
		l.post(func() { l.over = true })
		<-l.ended
	}
}

func (e *epoll) closeAll(cleanly bool) {
	for _, l := range e.loops {
		l.post(func() { l.closeAll(cleanly) })
	}
}

func (e *epoll) pace() func() { return func() {} } // it has processors to spare throughout

func (e *epoll) wakeups() (n uint64) {
	for _, l := range e.loops {
		n += l.wakeups.Load()
	}
	return n
}
