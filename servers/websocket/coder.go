package websocket

import (
	"context"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// coderTimeout bounds each write, as in the library's chat example.
const coderTimeout = 5 * time.Second

// Coder is github.com/coder/websocket as its examples show it: every write has a context with a timeout. It prepares no
// messages, and takes what net/http had as its buffers.
func Coder(h *hub.Hub) Upgrade {
	return func(w http.ResponseWriter, r *http.Request) (Peer, error) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // of the origin
		if twoWay(r) {
			return &coderTalking{coder{conn}, h}, err
		}
		return coder{conn}, err
	}
}

type coder struct{ conn *websocket.Conn }

func (c coder) Send(batch []hub.Message) error {
	for i := range batch {
		if err := c.write(websocket.MessageType(opcode(batch[i])), batch[i].Data); err != nil {
			return err
		}
	}
	return nil
}

// write takes no context of the connection's: one that ends while a message is written would end the connection without a
// close frame.
func (c coder) write(kind websocket.MessageType, payload []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), coderTimeout)
	defer cancel()
	return c.conn.Write(ctx, kind, payload)
}

// Heartbeat waits for the pong, as the library's Ping does: messages published meanwhile come after it.
func (c coder) Heartbeat() error {
	ctx, cancel := context.WithTimeout(context.Background(), coderTimeout)
	defer cancel()
	return c.conn.Ping(ctx)
}

func (c coder) Read() {
	c.conn.SetReadLimit(readLimit)
	// The library's CloseRead does so on a goroutine of its own.
	if _, _, err := c.conn.Reader(context.Background()); err == nil {
		_ = c.conn.Close(websocket.StatusPolicyViolation, "unexpected data message")
	}
}

// coderTalking is a connection whose messages are confirmed. The library allows concurrent writes of reader and delivery.
type coderTalking struct {
	coder
	hub *hub.Hub
}

func (c *coderTalking) Read() {
	c.conn.SetReadLimit(readLimit)
	for {
		_, message, err := c.conn.Read(context.Background())
		if err != nil {
			return
		}
		if confirmation := c.hub.Receive(message); confirmation != nil && c.write(websocket.MessageText, confirmation) != nil {
			return
		}
	}
}

// Farewell waits for the peer's close frame, for five seconds at most.
func (c coder) Farewell(code int) error { return c.conn.Close(websocket.StatusCode(code), "") }

func (c coder) Close() error { return c.conn.CloseNow() }
