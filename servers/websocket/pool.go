package websocket

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// Pool mounts gorilla with as little per connection as it allows: write buffers come from a pool, which prepared messages
// never ask for one, and what clients send is read by one watcher for all connections, in place of a goroutine with a
// buffer for each. gorilla cannot read like that: its readers wait for a message, and are of no more use once interrupted.
// Its upgrade and its writes are used, and the few frames a subscriber sends are read in inbound.go.
func Pool(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup) {
	u := websocket.Upgrader{
		ReadBufferSize:  1, // it is not read through; gorilla makes it 125, and 0 would keep net/http's of 4 KiB
		WriteBufferSize: BufferSize,
		WriteBufferPool: &sync.Pool{},
		CheckOrigin:     anyOrigin,
	}
	s := &service{ctx, h, p, detached}
	watch, broken := epoll.NewWatcher(ctx, detached)
	r.GET(path, func(c *gin.Context) {
		if broken != nil {
			c.String(http.StatusInternalServerError, "watch connections: %v\n", broken)
			return
		}
		conn, after, ok := accept(c, func(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) { return u.Upgrade(w, r, nil) }, detached, 1)
		if ok {
			s.pool(conn, after, watch, twoWay(c.Request))
		}
	})
}

// pool starts the delivery of one connection; the watcher reads from it.
func (s *service) pool(conn *websocket.Conn, after uint64, watch *epoll.Watcher, talks bool) {
	ctx, cancel := context.WithCancel(s.ctx)
	c := &pooled{prepared: prepared{conn}, cancel: cancel, detached: s.detached}
	var sink hub.Sink = c
	if talks {
		c.talk = &outbox{talking: talking{gorillaPeer: c.prepared, hub: s.hub}}
		sink = c.talk
	}
	go func() {
		if watch.Add(&c.watched, c.NetConn(), c) != nil {
			c.end()
			return
		}
		err := s.hub.Deliver(ctx, after, s.policy, sink)
		if code := closeCode(s.ctx, err); code != 0 && c.Farewell(code) == nil {
			time.AfterFunc(closeTimeout, c.end) // unless the peer's close frame comes first
			return
		}
		c.end()
	}()
}

// pooled is a connection without a goroutine that reads.
type pooled struct {
	prepared
	cancel    context.CancelFunc
	detached  *sync.WaitGroup
	in        inbound
	talk      *outbox // nil: its messages are passed over
	watched   epoll.Watched
	answering atomic.Bool // a pong is under way
	ended     atomic.Bool
}

// end closes the connection, once.
func (c *pooled) end() {
	if c.ended.Swap(true) {
		return
	}
	c.cancel()
	c.watched.Forget()
	_ = c.Close() // ends a delivery that is in the middle of a write
	c.detached.Done()
}

// Left implements epoll.Reader.
func (c *pooled) Left() { c.end() }

// Received implements epoll.Reader. It takes what the watcher has read. It must not block: a pong and a close frame wait for the message that is being
// written, each on a goroutine of its own.
func (c *pooled) Received(b []byte) {
	ping, code := c.in.feed(b, c.receive)
	if code != 0 {
		c.watched.Forget()
		c.detached.Go(func() {
			_ = c.Farewell(code) // fails if ours went first
			c.end()
		})
		return
	}
	// Of pings that come faster than pongs go the newer may stay without one (RFC 6455 section 5.5.3).
	if ping != nil && !c.answering.Swap(true) {
		payload := bytes.Clone(ping)
		c.detached.Go(func() {
			_ = c.WriteControl(websocket.PongMessage, payload, time.Now().Add(closeTimeout))
			c.answering.Store(false)
		})
	}
}
