//go:build !linux

package epoll

import (
	"context"
	"net"
	"sync"

	"github.com/pushbench/pushbench/servers/hub"
)

// WatcherGoroutines is how many goroutines a watcher has for each connection, and WatcherRole what they do.
const (
	WatcherGoroutines = 1
	WatcherRole       = "reader"
)

// Watcher reads with a goroutine for each connection where there is no epoll.
type Watcher struct{ running *sync.WaitGroup }

// Watched is a connection's place in a watcher.
type Watched struct{}

// NewWatcher returns a watcher whose goroutines running counts.
func NewWatcher(_ context.Context, running *sync.WaitGroup) (*Watcher, error) {
	return &Watcher{running}, nil
}

// Forget has nothing to do: closing the connection ends its reader.
func (*Watched) Forget() {}

// Add reads from conn for a reader until conn is closed.
func (w *Watcher) Add(_ *Watched, conn net.Conn, to Reader) error {
	w.running.Go(func() {
		buffer := make([]byte, hub.MaxUplink)
		for {
			n, err := conn.Read(buffer)
			if err != nil {
				to.Left()
				return
			}
			to.Received(buffer[:n])
		}
	})
	return nil
}
