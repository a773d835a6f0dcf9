package load

import (
	"context"
	"net/http"

	"github.com/tmaxmax/go-sse"

	"github.com/pushbench/pushbench/internal/wire"
)

// goSSE is the client of go-sse's documentation: a connection with a callback for all events.
func goSSE(ctx context.Context, t wire.Target, n *notes) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.Address+t.Path, http.NoBody)
	if err != nil {
		return err
	}
	// A connection that ends is a failure here; the library would go on with another one.
	client := sse.Client{Backoff: sse.Backoff{MaxRetries: -1}}
	conn := client.NewConnection(req)
	conn.SubscribeToAll(func(e sse.Event) {
		if err := n.text(e.Data); err != nil {
			cancel(err)
		}
	})
	err = conn.Connect()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
