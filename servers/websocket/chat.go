package websocket

import (
	"time"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// What gorilla's chat example sets, but for its buffers, which are BufferSize, and the longest message of a client, which is
// that of all lanes.
const (
	writeWait  = 10 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
)

// Chat is the chat example of github.com/gorilla/websocket on our hub: its write pump is the delivery. Kept are its buffers,
// a frame built for each client with NextWriter, a deadline for each write, and a read deadline that pongs extend. Not kept
// are the channel of 256 messages per client, which the hub's ring replaces, and messages joined with newlines.
func Chat(h *hub.Hub) Upgrade {
	return gorilla(h, websocket.Upgrader{ReadBufferSize: BufferSize, WriteBufferSize: BufferSize}, func(conn *websocket.Conn) gorillaPeer {
		return &chat{prepared: prepared{conn}, pinged: time.Now(), heartbeat: h.Heartbeat()}
	})
}

type chat struct {
	prepared
	pinged    time.Time
	heartbeat time.Duration
}

// Send is the example's write pump. The example pings from a ticker, our hub only while it is silent: a connection that is
// never silent is pinged here, or its read deadline would pass.
func (c *chat) Send(batch []hub.Message) error {
	for i := range batch {
		now := time.Now()
		_ = c.SetWriteDeadline(now.Add(writeWait))
		w, err := c.NextWriter(opcode(batch[i]))
		if err != nil {
			return err
		}
		if _, err := w.Write(batch[i].Data); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if now.Sub(c.pinged) > pingPeriod && c.heartbeat > 0 {
			if err := c.Heartbeat(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *chat) Heartbeat() error {
	c.pinged = time.Now()
	_ = c.SetWriteDeadline(c.pinged.Add(writeWait))
	return c.WriteMessage(websocket.PingMessage, nil)
}

func (c *chat) begin() {
	c.SetReadLimit(readLimit)
	_ = c.extend("")
	c.SetPongHandler(c.extend)
}

func (c *chat) send(message []byte) error {
	_ = c.SetWriteDeadline(time.Now().Add(writeWait))
	return c.prepared.send(message)
}

// Read is the example's read pump.
func (c *chat) Read() {
	c.begin()
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

// extend puts off the read deadline. Two pings are at most pingPeriod and one silence apart; without heartbeats there are
// none, and nothing to wait for.
func (c *chat) extend(string) error {
	if c.heartbeat == 0 {
		return nil
	}
	return c.SetReadDeadline(time.Now().Add(pongWait + c.heartbeat))
}
