package websocket

import (
	"net/http"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// Deflate is Gorilla with permessage-deflate (RFC 7692) where the client offers it. A prepared message is compressed once
// for all connections, which works because gorilla keeps no window from one message to the next (no_context_takeover).
func Deflate(*hub.Hub) Upgrade {
	return gorilla(websocket.Upgrader{ReadBufferSize: BufferSize, WriteBufferSize: BufferSize, EnableCompression: true})
}

// DeflateEach is Deflate as gorilla's documentation shows it: WriteMessage compresses each message for each client. The
// compressors come from a pool of the library's; what one makes goes out in frames of the write buffer's size.
func DeflateEach(h *hub.Hub) Upgrade {
	upgrade := Deflate(h)
	return func(w http.ResponseWriter, r *http.Request) (Peer, error) {
		peer, err := upgrade(w, r)
		if err != nil {
			return nil, err
		}
		return each{peer.(prepared)}, nil //nolint:forcetypeassert // gorilla made it
	}
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
