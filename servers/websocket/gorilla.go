package websocket

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// Encode prepares a message as a frame once, for all connections.
func Encode(m hub.Message) any {
	p, err := websocket.NewPreparedMessage(opcode(m), m.Data)
	if err != nil {
		// Only compression can fail in gorilla's preparation, and it compresses when the message is first written.
		panic("pushbench: prepare message: " + err.Error())
	}
	return p
}

// BufferSize is what gorilla's documentation shows, in bytes.
const BufferSize = 1024

// Gorilla is github.com/gorilla/websocket with messages prepared once.
func Gorilla(h *hub.Hub) Upgrade {
	return gorilla(h, websocket.Upgrader{ReadBufferSize: BufferSize, WriteBufferSize: BufferSize}, plain)
}

func plain(conn *websocket.Conn) gorillaPeer { return prepared{conn} }

// gorilla upgrades to connections that peer writes to.
func gorilla(h *hub.Hub, u websocket.Upgrader, peer func(*websocket.Conn) gorillaPeer) Upgrade {
	u.CheckOrigin = anyOrigin
	buffers := &sync.Pool{New: func() any { return new([readLimit]byte) }}
	return func(w http.ResponseWriter, r *http.Request) (Peer, error) {
		conn, err := u.Upgrade(w, r, nil)
		switch {
		case err != nil:
			return nil, err
		case twoWay(r):
			return &talking{gorillaPeer: peer(conn), hub: h, buffers: buffers}, nil
		default:
			return peer(conn), nil
		}
	}
}

// anyOrigin: a testbed has no origin to protect.
func anyOrigin(*http.Request) bool { return true }

// prepared is a connection that prepared messages are written to.
type prepared struct{ *websocket.Conn }

func (c prepared) Send(batch []hub.Message) error {
	for i := range batch {
		if err := c.WritePreparedMessage(batch[i].Frame.(*websocket.PreparedMessage)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	return nil
}

func (c prepared) Heartbeat() error {
	return c.WriteControl(websocket.PingMessage, nil, time.Time{})
}

func (c prepared) begin() { c.SetReadLimit(readLimit) }

func (c prepared) send(message []byte) error { return c.WriteMessage(websocket.TextMessage, message) }

// Read lets gorilla answer pings and the close handshake, which it does while it is read from.
func (c prepared) Read() {
	c.begin()
	for {
		if _, _, err := c.NextReader(); err != nil {
			return
		}
	}
}

func (c prepared) Farewell(code int) error {
	return c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(closeTimeout))
}
