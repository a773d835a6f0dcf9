package load

import (
	"context"

	"github.com/gorilla/websocket"

	"github.com/pushbench/pushbench/internal/wire"
)

// gorilla is the client of gorilla's documentation: the default dialer, then ReadMessage in a loop.
func gorilla(ctx context.Context, t wire.Target, n *notes) error {
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+t.Address+t.Path, nil) //nolint:bodyclose // the dialer has read what there is
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // the read has failed already
	for {
		_, payload, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		if err := n.message(payload); err != nil {
			return err
		}
	}
}
