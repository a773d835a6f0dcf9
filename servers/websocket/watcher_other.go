//go:build !linux

package websocket

import (
	"context"
	"sync"
)

// PoolGoroutines is how many goroutines a connection of Pool has, and PoolRoles what they do.
const (
	PoolGoroutines = 2
	PoolRoles      = "reader, delivery"
)

// watcher reads with a goroutine for each connection where there is no epoll.
type watcher struct{}

func newWatcher(context.Context, *sync.WaitGroup) (*watcher, error) { return &watcher{}, nil }

type watched struct{}

func (*watched) forget() {}

func (*watcher) add(c *pooled) error {
	c.detached.Go(func() {
		buffer := make([]byte, longest)
		for {
			n, err := c.NetConn().Read(buffer)
			if err != nil {
				c.end()
				return
			}
			c.received(buffer[:n])
		}
	})
	return nil
}
