// Package websocket turns hub messages into WebSocket frames (RFC 6455), one file per implementation. It stands between
// the hub's delivery loop and an upgraded connection.
package websocket

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// Encode prepares a message as a text frame once, for all connections.
func Encode(m hub.Message) any {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, m.Data)
	if err != nil {
		// Only compression can fail in gorilla's preparation, and none is asked for.
		panic("pushbench: prepare message: " + err.Error())
	}
	return p
}

// The lane's settings, as gorilla's documentation shows them; the fairness table prints them.
const (
	BufferSize   = 1024
	readLimit    = 4096            // subscribers send only control frames
	closeTimeout = 2 * time.Second // for the peer's half of the close handshake
)

// Gorilla mounts the upgrade on a gin route. The handler returns as soon as the connection is taken over, so that
// net/http's buffers and goroutine go; the two goroutines left are counted in detached until the connection has closed.
// All of them end when ctx does.
func Gorilla(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup) {
	upgrader := websocket.Upgrader{
		ReadBufferSize:  BufferSize,
		WriteBufferSize: BufferSize,
		CheckOrigin:     func(*http.Request) bool { return true }, // a testbed has no origin to protect
	}
	r.GET(path, func(c *gin.Context) {
		after, err := hub.ParseAfter(c.Query("after"))
		if err != nil {
			c.String(http.StatusBadRequest, "after: %v\n", err)
			return
		}
		conn, err := upgrader.Upgrade(c.Writer, c.Request, nil)
		if err != nil {
			return // the upgrader has answered
		}
		serve(ctx, conn, h, p, after, detached)
	})
}

// serve starts the reader and the delivery of one connection.
func serve(parent context.Context, conn *websocket.Conn, h *hub.Hub, p hub.Policy, after uint64, detached *sync.WaitGroup) {
	ctx, cancel := context.WithCancel(parent)
	detached.Go(func() {
		defer conn.Close() //nolint:errcheck // nobody is left to tell
		defer cancel()
		read(conn)
	})
	detached.Go(func() {
		err := h.Deliver(ctx, after, p, sink{conn})
		if code := closeCode(parent, err); code != 0 {
			deadline := time.Now().Add(closeTimeout)
			if conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), deadline) == nil {
				_ = conn.SetReadDeadline(deadline) // the reader waits for the peer's close frame, and closes
				return
			}
		}
		_ = conn.Close() // ends the reader
	})
}

// read answers pings and the close handshake, which gorilla does while somebody reads, until the connection ends.
func read(conn *websocket.Conn) {
	conn.SetReadLimit(readLimit)
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// closeCode is what to tell the peer when delivery has ended; 0 means the connection is gone already.
func closeCode(parent context.Context, err error) int {
	switch {
	case errors.Is(err, hub.ErrLagged):
		return websocket.CloseTryAgainLater
	case errors.Is(err, hub.ErrCut):
		return websocket.CloseServiceRestart
	case parent.Err() != nil:
		return websocket.CloseGoingAway
	default:
		return 0
	}
}

// sink writes prepared frames.
type sink struct{ conn *websocket.Conn }

func (s sink) Send(batch []hub.Message) error {
	for i := range batch {
		if err := s.conn.WritePreparedMessage(batch[i].Frame.(*websocket.PreparedMessage)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	return nil
}

func (s sink) Heartbeat() error {
	return s.conn.WriteControl(websocket.PingMessage, nil, time.Time{})
}
