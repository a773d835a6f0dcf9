package uplink

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/pushbench/pushbench/servers/hub"
)

// room is for a message, and one byte more, which a longer one shows itself by.
type room [hub.MaxUplink + 1]byte

// Post is how a lane takes messages whose subscriptions flow one way: each is the body of a POST, and 204 confirms it. One
// without a body is a client that opens its connection, and no message.
func Post(h *hub.Hub) http.Handler {
	buffers := sync.Pool{New: func() any { return new(room) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buffer := buffers.Get().(*room) //nolint:forcetypeassert // the pool's only type
		defer buffers.Put(buffer)
		n, err := io.ReadFull(http.MaxBytesReader(w, r.Body, hub.MaxUplink), buffer[:])
		switch {
		case n == 0 && err == io.EOF:
			w.WriteHeader(http.StatusNoContent)
		case errors.As(err, new(*http.MaxBytesError)):
			http.Error(w, "message: "+err.Error(), http.StatusRequestEntityTooLarge)
		case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
			http.Error(w, "message: "+err.Error(), http.StatusBadRequest)
		case h.Receive(buffer[:n]) == nil:
			http.Error(w, "message: it does not begin as a pushbench client's", http.StatusBadRequest)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}
