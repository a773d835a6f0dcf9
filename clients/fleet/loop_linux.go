package fleet

import (
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/pushbench/pushbench/internal/wire"
)

// loop is one event loop on a thread of its own.
type loop struct {
	engine   *epoll
	number   int
	reader   Reader
	epfd     int
	wakefd   int // eventfd: an order has been given
	order    atomic.Int32
	receiver *receiver
	wakeups  atomic.Uint64
	ended    chan struct{}
}

// order is what a loop is told to do next.
type order int32

const (
	carryOn order = iota
	stopCleanly
	stopByForce
	stopLoop
)

const (
	eventsPerWait = 512
	rest          = 5 * time.Millisecond // of the coalesced reader
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

func (l *loop) wake() {
	_, _ = unix.Write(l.wakefd, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // a full counter wakes as well
}

func (l *loop) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(l.ended)
	defer func() { _ = unix.Close(l.epfd); _ = unix.Close(l.wakefd) }()
	events := make([]unix.EpollEvent, eventsPerWait)
	drained := true // the last wait found nothing more: time to sleep
	for {
		if drained && l.reader != Awake {
			l.sleep(events)
		}
		n, err := unix.EpollWait(l.epfd, events, 0)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return // only a closed set fails, and only run closes it
		}
		offset := wire.RealtimeOffset()
		for _, event := range events[:max(n, 0)] {
			l.handle(event, offset)
		}
		drained = n < len(events)
		if o := order(l.order.Swap(int32(carryOn))); o != carryOn && l.obey(o) {
			return
		}
	}
}

// sleep waits for the first event; the coalesced reader then rests while more arrive, so that the server's writes find
// nobody to wake.
func (l *loop) sleep(events []unix.EpollEvent) {
	if _, err := unix.EpollWait(l.epfd, events[:1], -1); err == nil && l.reader == Coalesced {
		pause := unix.NsecToTimespec(int64(rest))
		_ = unix.Nanosleep(&pause, nil) // a signal only shortens the rest
	}
	l.wakeups.Add(1)
}

// obey carries out an order; true ends the loop.
func (l *loop) obey(o order) bool {
	for fd := range l.engine.table {
		c := l.engine.table[fd].Load()
		if c == nil || l.number == noShard || c.recorder.number%len(l.engine.loops) != l.number {
			continue
		}
		farewell := c.farewell()
		if o == stopCleanly && farewell != nil && send(fd, farewell) == nil {
			continue // the server answers, and the connection ends by itself
		}
		l.engine.close(fd, c, nil)
	}
	return o == stopLoop
}

// handle takes one event of one socket.
func (l *loop) handle(event unix.EpollEvent, offset int64) {
	fd := int(event.Fd)
	if fd == l.wakefd {
		// Before the order is taken: a wake-up for the next order must not be swallowed with this one.
		var count [8]byte
		_, _ = unix.Read(fd, count[:])
		return
	}
	c := l.engine.table[fd].Load()
	if c == nil {
		return // a connection that ended earlier in this batch
	}
	if event.Events&unix.EPOLLOUT != 0 {
		l.finishConnect(fd, c)
		return
	}
	n, arrived, err := l.receiver.receive(fd, offset)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return
	case err != nil:
		l.engine.close(fd, c, err)
		return
	case n == 0:
		l.engine.close(fd, c, io.EOF)
		return
	}
	reply, err := c.received(l.receiver.buffer[:n], arrived)
	if len(reply) > 0 {
		if failed := send(fd, reply); err == nil {
			err = failed
		}
	}
	if err == io.EOF { //nolint:errorlint // decoders return the bare value
		l.engine.close(fd, c, nil)
	} else if err != nil {
		l.engine.close(fd, c, err)
	}
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
		err = l.engine.request(fd, c)
	}
	if err != nil {
		l.engine.close(fd, c, err)
	}
}
