package websocket

import (
	"net/http"
	"time"

	"github.com/lxzan/gws"

	"github.com/pushbench/pushbench/servers/hub"
)

// Gws is github.com/lxzan/gws as its documentation shows it, with WriteMessage. Its Broadcaster would encode once, but it
// only queues: what it was handed is in no socket when it returns, so that the hub could not see which subscribers lag, and the queue of
// a client that stopped reading grows without end.
func Gws(h *hub.Hub) Upgrade {
	u := gws.NewUpgrader(gwsEvents{hub: h}, &gws.ServerOption{ReadMaxPayloadSize: readLimit})
	return func(w http.ResponseWriter, r *http.Request) (Peer, error) {
		conn, err := u.Upgrade(w, r)
		return gwsPeer{conn}, err
	}
}

// gwsEvents answers a ping with what it carried (RFC 6455 section 5.5.3); the library's own handler answers with nothing. A
// message it confirms: the library allows concurrent writes of reader and delivery.
type gwsEvents struct {
	gws.BuiltinEventHandler
	hub *hub.Hub
}

func (gwsEvents) OnPing(c *gws.Conn, payload []byte) { _ = c.WritePong(payload) }

func (e gwsEvents) OnMessage(c *gws.Conn, m *gws.Message) {
	if confirmation := e.hub.Receive(m.Bytes()); confirmation != nil {
		_ = c.WriteMessage(gws.OpcodeText, confirmation) // the connection failed, and its reader gets the error
	}
	_ = m.Close()
}

type gwsPeer struct{ conn *gws.Conn }

func (c gwsPeer) Send(batch []hub.Message) error {
	for i := range batch {
		if err := c.conn.WriteMessage(gws.Opcode(opcode(batch[i])), batch[i].Data); err != nil {
			return err
		}
	}
	return nil
}

func (c gwsPeer) Heartbeat() error { return c.conn.WritePing(nil) }

func (c gwsPeer) Read() { c.conn.ReadLoop() }

// Farewell closes the connection too: the library does not wait for the peer's half.
func (c gwsPeer) Farewell(code int) error {
	_ = c.conn.SetWriteDeadline(time.Now().Add(closeTimeout))
	return c.conn.WriteClose(uint16(code), nil) //nolint:gosec // one of closeCode's
}

func (c gwsPeer) Close() error { return c.conn.NetConn().Close() }
