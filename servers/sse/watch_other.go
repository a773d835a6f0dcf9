//go:build !linux

package sse

import (
	"context"
	"net"
)

// watcher notices who leaves, with a reader for each connection.
type watcher struct{}

func newWatcher() (*watcher, error) { return &watcher{}, nil }

func (*watcher) run()   {}
func (*watcher) close() {}

// watch calls leave when the peer closes its side, sends something or the connection breaks; closing conn ends it.
func (*watcher) watch(conn net.Conn, leave context.CancelFunc) (unwatch func(), err error) {
	go func() {
		defer leave()
		_, _ = conn.Read(make([]byte, 1))
	}()
	return func() {}, nil
}
