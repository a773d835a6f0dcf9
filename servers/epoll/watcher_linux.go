package epoll

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// watcher hands the events of an epoll set to a channel, so that a goroutine can wait for them beside other things. No thread
// stands in epoll_wait for it: Go's poller watches the set as it watches any descriptor.
type watcher struct {
	ready   chan []unix.EpollEvent
	handled chan struct{} // the events of ready have been; they are overwritten
	set     *os.File
	over    chan struct{}
	ended   chan struct{}
}

const eventsPerBatch = 256

// newSet makes an epoll set that Go's poller can watch.
func newSet() (*os.File, int, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, -1, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, -1, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "epoll"), fd, nil
}

func newWatcher(set *os.File) *watcher {
	w := &watcher{
		set: set, ready: make(chan []unix.EpollEvent), handled: make(chan struct{}),
		over: make(chan struct{}), ended: make(chan struct{}),
	}
	go w.run()
	return w
}

func (w *watcher) run() {
	defer close(w.ended)
	raw, err := w.set.SyscallConn()
	if err != nil {
		return // only of a closed file
	}
	events := make([]unix.EpollEvent, eventsPerBatch)
	for {
		n := 0
		// Go's poller reports changes only, so that it may be asked to wait only when nothing is left.
		if raw.Read(func(fd uintptr) bool {
			n, err = unix.EpollWait(int(fd), events, 0)
			return n > 0
		}) != nil {
			return
		}
		select {
		case w.ready <- events[:n]:
		case <-w.over:
			return
		}
		select {
		case <-w.handled:
		case <-w.over:
			return
		}
	}
}

func (w *watcher) stop() {
	close(w.over)
	_ = w.set.Close()
	<-w.ended
}
