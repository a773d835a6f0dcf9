package sse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// closeTimeout bounds how long the end of a stream may wait for a client that does not read.
const closeTimeout = 2 * time.Second

// Hijack mounts the stream on net/http's own router and takes each connection over as soon as net/http has sent the head
// of the response. What is left of it is one goroutine and the socket: net/http's buffers, request and goroutines go. The
// connections are counted in detached until they have closed; all of them end when ctx does.
func Hijack(ctx context.Context, r *http.ServeMux, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup) {
	w, err := epoll.NewWatcher(ctx, detached)
	if err != nil {
		r.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, fmt.Sprintf("no watcher of connections: %v", err), http.StatusServiceUnavailable)
		})
		return
	}
	t := &takeover{ctx, h, p, w, detached}
	r.Handle("GET "+path, t)
}

// takeover is what all connections share.
type takeover struct {
	ctx      context.Context
	hub      *hub.Hub
	policy   hub.Policy
	watcher  *epoll.Watcher
	detached *sync.WaitGroup
}

func (t *takeover) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Connection", "close") // no other request would be read
	after, ok := begin(w, r)
	if !ok {
		return
	}
	t.detached.Add(1) // while net/http still knows the connection: between the two, no drain overlooks it
	conn, err := take(w)
	if err != nil {
		t.detached.Done()
		return
	}
	go t.deliver(conn, after) // with a stack of its own: this one has grown in net/http
}

// take sends net/http's part of the response and takes the connection. A subscriber sends nothing more, so
// that what net/http may have read ahead is dropped.
func take(w http.ResponseWriter) (net.Conn, error) {
	control := http.NewResponseController(w)
	if err := control.Flush(); err != nil {
		return nil, err
	}
	conn, _, err := control.Hijack()
	return conn, err
}

// deliver is the one goroutine of a connection.
func (t *takeover) deliver(conn net.Conn, after uint64) {
	defer t.detached.Done()
	defer conn.Close() //nolint:errcheck // the client is gone
	ctx, cancel := context.WithCancel(t.ctx)
	defer cancel()
	socket := conn
	if secure, ok := conn.(*tls.Conn); ok {
		socket = secure.NetConn() // a peer that leaves closes that too
	}
	var watched epoll.Watched
	if t.watcher.Add(&watched, socket, leaver(cancel)) != nil {
		return
	}
	defer watched.Forget()
	err := t.hub.Deliver(ctx, after, t.policy, chunks{conn})
	if _, failed := errors.AsType[net.Error](err); failed {
		return // perhaps within a chunk: there is no clean end any more
	}
	_ = conn.SetWriteDeadline(time.Now().Add(closeTimeout))
	_, _ = conn.Write(lastChunk)
}

// leaver is a subscriber of whom only its end matters.
type leaver context.CancelFunc

// Received implements epoll.Reader: a subscriber sends nothing.
func (leaver) Received([]byte) {}

// Left implements epoll.Reader.
func (l leaver) Left() { l() }

// chunks writes pre-encoded chunks to the socket.
type chunks struct{ conn net.Conn }

func (s chunks) Send(batch []hub.Message) error {
	if len(batch) == 1 {
		_, err := s.conn.Write(batch[0].Frame.([]byte)) //nolint:forcetypeassert // EncodeChunk made it
		return err
	}
	frames := make(net.Buffers, len(batch))
	for i := range batch {
		frames[i] = batch[i].Frame.([]byte) //nolint:forcetypeassert // EncodeChunk made it
	}
	if _, socket := s.conn.(*net.TCPConn); !socket { // TLS would make a record of each, and a write
		_, err := s.conn.Write(slices.Concat(frames...))
		return err
	}
	_, err := frames.WriteTo(s.conn)
	return err
}

func (s chunks) Heartbeat() error {
	_, err := s.conn.Write(heartbeatChunk)
	return err
}
