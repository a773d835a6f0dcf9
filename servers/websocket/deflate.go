package websocket

import (
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// Deflate is Gorilla with permessage-deflate (RFC 7692) where the client offers it. A prepared message is compressed once
// for all connections, which works because gorilla keeps no window from one message to the next (no_context_takeover).
func Deflate(h *hub.Hub) Upgrade {
	return deflating(h, plain)
}

func deflating(h *hub.Hub, peer func(*websocket.Conn) gorillaPeer) Upgrade {
	return gorilla(h, websocket.Upgrader{ReadBufferSize: BufferSize, WriteBufferSize: BufferSize, EnableCompression: true}, peer)
}

// DeflateEach is Deflate as gorilla's documentation shows it: WriteMessage compresses each message for each client. The
// compressors come from a pool of the library's; what one makes goes out in frames of the write buffer's size.
func DeflateEach(h *hub.Hub) Upgrade {
	return deflating(h, func(conn *websocket.Conn) gorillaPeer { return each{prepared{conn}} })
}

// each is a connection that messages are written to one by one.
type each struct{ prepared }

func (c each) Send(batch []hub.Message) error {
	for i := range batch {
		if err := c.WriteMessage(opcode(batch[i]), batch[i].Data); err != nil {
			return err
		}
	}
	return nil
}
