// Package websocket turns hub messages into WebSocket frames (RFC 6455), one file per implementation. It stands between
// the hub's delivery loop and an upgraded connection.
//
// A library makes the upgrade and a Peer; the life of a connection is the same for all of them and is here: request,
// upgrade, delivery and reader, and the close handshake at the end. ws-gorilla-pool alone has no reader: its connections
// share a watcher (pool.go).
package websocket

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// Peer is an upgraded connection.
type Peer interface {
	hub.Sink
	Read()                   // answers pings and the close handshake, until the connection ends
	Farewell(code int) error // sends a close frame; the peer's ends Read
	Close() error            // at once, and ends Read
}

// opcode is that of a message's frame (RFC 6455 section 5.2); all libraries name their types by it.
func opcode(m hub.Message) int {
	const text, binary = 1, 2
	if m.Binary {
		return binary
	}
	return text
}

// Upgrade takes a connection over from net/http, or answers the request with the reason why not.
type Upgrade func(http.ResponseWriter, *http.Request) (Peer, error)

// Library makes the upgrade of one implementation, once for all connections of a server.
type Library func(*hub.Hub) Upgrade

// Mount puts a lane on a gin route. Connections outlive their requests: they are counted in detached, and end when ctx does.
type Mount = func(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup)

const (
	readLimit    = hub.MaxUplink
	closeTimeout = 2 * time.Second // for the peer's half of the close handshake
)

// Returning mounts a library with handlers that return as soon as the connection is taken over, so that net/http's buffers
// and goroutine go; a reader and the delivery are left.
func Returning(library Library) Mount {
	return func(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup) {
		s := &service{ctx, h, p, detached}
		upgrade := library(h)
		r.GET(path, func(c *gin.Context) {
			if peer, after, ok := accept(c, upgrade, detached, sides); ok {
				go s.read(peer, s.subscribe(peer, after))
			}
		})
	}
}

// service is what all connections of a server share.
type service struct {
	ctx      context.Context
	hub      *hub.Hub
	policy   hub.Policy
	detached *sync.WaitGroup
}

// sides are the reader of a connection and its delivery.
const sides = 2

// accept reads where the subscription begins and upgrades the connection; false: the request has been answered. What the connection
// has to end is counted in detached while net/http still knows it: between the two, no drain overlooks it.
func accept[P any](c *gin.Context, upgrade func(http.ResponseWriter, *http.Request) (P, error), detached *sync.WaitGroup, n int) (peer P, after uint64, ok bool) {
	after, err := hub.ParseAfter(c.Query("after"))
	if err != nil {
		c.String(http.StatusBadRequest, "after: %v\n", err)
		return peer, 0, false
	}
	detached.Add(n)
	if peer, err = upgrade(c.Writer, c.Request); err != nil {
		detached.Add(-n)
	}
	return peer, after, err == nil
}

// subscribe starts the delivery of one connection; its reader calls leave at its end.
func (s *service) subscribe(peer Peer, after uint64) (leave context.CancelFunc) {
	ctx, leave := context.WithCancel(s.ctx)
	go s.deliver(ctx, peer, after)
	return leave
}

func (s *service) deliver(ctx context.Context, peer Peer, after uint64) {
	defer s.detached.Done()
	err := s.hub.Deliver(ctx, after, s.policy, peer)
	if code := closeCode(s.ctx, err); code != 0 && peer.Farewell(code) == nil {
		time.AfterFunc(closeTimeout, func() { _ = peer.Close() }) // unless the peer's close frame has ended the reader
		return
	}
	_ = peer.Close() // ends the reader
}

// read is all there is on a reader's stack above the library: gorilla's just fits into the 2 KiB a goroutine begins with,
// and one closure more would double it for every connection.
func (s *service) read(peer Peer, leave context.CancelFunc) {
	peer.Read()
	leave()
	_ = peer.Close()
	s.detached.Done()
}

// Close codes (RFC 6455 section 7.4.1 and its registry).
const (
	goingAway      = 1001
	protocolError  = 1002
	noCode         = 1005 // means a close frame without a code
	tooBig         = 1009
	serviceRestart = 1012
	tryAgainLater  = 1013
)

// closeCode is the code for the peer when delivery has ended; 0 means the connection is gone already.
func closeCode(parent context.Context, err error) int {
	switch {
	case errors.Is(err, hub.ErrLagged):
		return tryAgainLater
	case errors.Is(err, hub.ErrCut):
		return serviceRestart
	case parent.Err() != nil:
		return goingAway
	default:
		return 0
	}
}
