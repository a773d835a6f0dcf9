package websocket

import (
	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/servers/hub"
)

// Deflate is Gorilla with permessage-deflate (RFC 7692) where the client offers it. A prepared message is compressed once
// for all connections, which works because gorilla keeps no window from one message to the next (no_context_takeover).
func Deflate(*hub.Hub) Upgrade {
	return gorilla(websocket.Upgrader{ReadBufferSize: BufferSize, WriteBufferSize: BufferSize, EnableCompression: true})
}
