package servers

import (
	"context"
	"net/http"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
)

// appends is where the messages of a publisher process come in: over one kept connection, in the order of their numbers, each
// answered by a byte once the hub has it. A request for each message would cost the server more than what it does with one.
func appends(ctx context.Context, h *hub.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != wire.AppendProtocol {
			http.Error(w, "append: the connection is to become "+wire.AppendProtocol+", by Upgrade", http.StatusUpgradeRequired)
			return
		}
		conn, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, "append: "+err.Error(), http.StatusInternalServerError)
			return
		}
		defer conn.Close()                                          //nolint:errcheck // ends it for the other side too
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // net/http does not know it any more
		_, err = both.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + wire.AppendProtocol + "\r\n\r\n")
		for err == nil {
			if both.Reader.Buffered() == 0 {
				if err = both.Flush(); err != nil {
					return
				}
			}
			var m wire.Numbered
			if m, err = wire.ReadNumbered(both); err != nil {
				return
			}
			if ctx.Err() != nil { // subscriptions are ending: it would reach none of them
				return
			}
			answer := byte(wire.Repeated)
			if h.Append(m.Number, m.Data, m.Binary) {
				answer = wire.Appended
			}
			err = both.WriteByte(answer)
		}
	}
}

// refuse answers a request that this process cannot serve, with the reason.
func refuse(why string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, why, http.StatusConflict) }
}
