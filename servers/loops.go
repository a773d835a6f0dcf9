package servers

import (
	"context"
	"net"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// loopNoTLS is why a lane on event loops cannot have TLS.
const loopNoTLS = "its event loop reads and writes sockets, and crypto/tls wants a goroutine for each"

// onLoop serves a lane from event loops, which own its connections from the first byte.
func onLoop(transport func(path string, h *hub.Hub) epoll.Transport) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
		return epoll.Serve(ctx, l, h, s.Policy, transport(s.Path, h))
	}
}
