package fleet

import (
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// loop is one event loop on a thread of its own. Only that thread touches the sockets that are the loop's, so that none is
// read after its number has become another connection's; others post what they want done.
type loop struct {
	engine   *epoll
	number   int
	reader   Reader
	epfd     int
	wakefd   int // eventfd: something has been posted
	receiver *receiver
	wakeups  atomic.Uint64
	ended    chan struct{}

	mu     sync.Mutex
	posted []func()
	over   bool // the loop's thread is to end; its own
}

const (
	eventsPerWait = 512
	rest          = 5 * time.Millisecond // of the batched reader
)

func newLoop(e *epoll, number int, reader Reader) (*loop, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wakefd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, err
	}
	l := &loop{engine: e, number: number, reader: reader, epfd: epfd, wakefd: wakefd, receiver: newReceiver(), ended: make(chan struct{})}
	if err := l.add(wakefd, unix.EPOLLIN); err != nil {
		return nil, err
	}
	return l, nil
}

// add puts a descriptor into the set. Level-triggered: what one read leaves behind is reported again.
func (l *loop) add(fd int, events uint32) error {
	return unix.EpollCtl(l.epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}) //nolint:gosec // a descriptor fits
}

// post has the loop's thread do something soon.
func (l *loop) post(do func()) {
	l.mu.Lock()
	l.posted = append(l.posted, do)
	l.mu.Unlock()
	_, _ = unix.Write(l.wakefd, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // a full counter wakes as well
}

// perform does what has been posted.
func (l *loop) perform() {
	var count [8]byte
	_, _ = unix.Read(l.wakefd, count[:]) // before the list is taken: what is posted from here on wakes again
	l.mu.Lock()
	posted := l.posted
	l.posted = nil
	l.mu.Unlock()
	for _, do := range posted {
		do()
	}
}

func (l *loop) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(l.ended)
	defer func() { _ = unix.Close(l.epfd); _ = unix.Close(l.wakefd) }()
	events := make([]unix.EpollEvent, eventsPerWait)
	drained := true // the last wait found nothing more: time to sleep
	for !l.over {
		if drained && l.reader != BusyPoll {
			l.sleep(events)
		}
		n, err := unix.EpollWait(l.epfd, events, 0)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return // only a closed set fails, and only run closes it
		}
		offset := wire.RealtimeOffset()
		drained = n < len(events)
		for _, event := range events[:max(n, 0)] {
			drained = l.handle(event, offset) && drained
		}
	}
}

// sleep waits for the first event; the batched reader then rests while more arrive, so that the server's writes find
// nobody to wake.
func (l *loop) sleep(events []unix.EpollEvent) {
	if _, err := unix.EpollWait(l.epfd, events[:1], -1); err == nil && l.reader == Batched {
		pause := unix.NsecToTimespec(int64(rest))
		_ = unix.Nanosleep(&pause, nil) // a signal only shortens the rest
	}
	l.wakeups.Add(1)
}

// closeAll ends every connection of the loop: cleanly, or at once.
func (l *loop) closeAll(cleanly bool) {
	for fd := range l.engine.table {
		if c := l.engine.table[fd].Load(); c != nil && l.engine.loopOf(c) == l {
			c.disconnect()
			l.leave(c, cleanly)
		}
	}
}

// leave ends one connection, unless its client has another one by now.
func (l *loop) leave(c *conn, cleanly bool) {
	fd := int(c.handle)
	if l.engine.table[fd].Load() != c {
		return
	}
	closeFrame, ok := c.closeFrame()
	if !ok || cleanly && closeFrame != nil && send(fd, closeFrame) == nil {
		return // in the second case the server answers, and the connection ends by itself
	}
	l.engine.close(fd, c, nil)
}

// blackhole cuts a connection of the loop off from the network.
func (l *loop) blackhole(c *conn) {
	fd := int(c.handle)
	if l.engine.loopOf(c) != l || l.engine.table[fd].Load() != c {
		return
	}
	if err := blackhole(fd); err != nil {
		l.engine.close(fd, c, err) // a death that is heard is at least counted
	}
}

// pause stops reading from a connection for a while. What the kernel holds for it by then fills up, as it would for a
// client that does not keep up.
func (l *loop) pause(fd int, c *conn, d time.Duration) {
	l.watch(fd, 0)
	if d == forever {
		return
	}
	time.AfterFunc(d, func() {
		l.post(func() {
			if l.engine.table[fd].Load() == c {
				l.watch(fd, unix.EPOLLIN)
			}
		})
	})
}

// watch changes what a descriptor of the set is watched for; errors and hang-ups always are.
func (l *loop) watch(fd int, events uint32) {
	// One that is not in the set has ended.
	_ = unix.EpollCtl(l.epfd, unix.EPOLL_CTL_MOD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)}) //nolint:gosec // a descriptor fits
}

// handle takes one event of one socket. It is false when one read did not take all that was there: a message larger than
// the buffer must not rest between its parts.
func (l *loop) handle(event unix.EpollEvent, offset int64) (drained bool) {
	fd := int(event.Fd)
	if fd == l.wakefd {
		l.perform()
		return true
	}
	c := l.engine.table[fd].Load()
	if c == nil {
		return true // a connection that ended earlier in this batch
	}
	if event.Events&unix.EPOLLOUT != 0 {
		l.finishConnect(fd, c)
		return true
	}
	n, arrived, err := l.receiver.receive(fd, offset)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return true
	case err != nil:
		l.engine.close(fd, c, err)
		return true
	case n == 0:
		l.engine.close(fd, c, io.EOF)
		return true
	}
	next := c.received(l.receiver.buffer[:n], arrived)
	if len(next.reply) > 0 {
		if failed := send(fd, next.reply); next.err == nil {
			next.err = failed
		}
	}
	switch {
	case next.err == io.EOF: //nolint:errorlint // decoders return the bare value
		l.engine.close(fd, c, nil)
		return true
	case next.err != nil:
		l.engine.close(fd, c, next.err)
		return true
	case next.pause > 0:
		l.pause(fd, c, next.pause)
		return true
	case next.poll > 0:
		l.poll(fd, c, next.poll)
	}
	return n < len(l.receiver.buffer)
}

// poll asks again after a while.
func (l *loop) poll(fd int, c *conn, d time.Duration) {
	time.AfterFunc(d, func() {
		l.post(func() {
			if l.engine.table[fd].Load() != c {
				return
			}
			if request := c.poll(); request != nil {
				if err := send(fd, request); err != nil {
					l.engine.close(fd, c, err)
				}
			}
		})
	})
}

// finishConnect takes the end of a connect that was under way.
func (l *loop) finishConnect(fd int, c *conn) {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = unix.Errno(errno)
	}
	if err == nil {
		err = unix.EpollCtl(l.epfd, unix.EPOLL_CTL_DEL, fd, nil)
	}
	if err == nil {
		err = l.engine.subscribe(fd, c, c.pending())
	}
	if err != nil {
		l.engine.close(fd, c, err)
	}
}
