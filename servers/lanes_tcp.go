package servers

import (
	"context"
	"net"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/loop"
	"github.com/pushbench/pushbench/servers/tcp"
)

// tcpLanes are the floors: what the kernel asks for anyway.
func tcpLanes() []Lane {
	return []Lane{
		{
			Name: "tcp", Transport: "tcp", Tag: "floor",
			About: "length-prefixed frames on raw TCP, one write per message",
			Knobs: Knobs{
				Router: "none", Goroutines: 2, Roles: "reader, delivery", Buffers: "none",
				Flush: "every message", Heartbeat: "empty frame, 4 B",
				Compression: "off", Close: "FIN",
			},
			Encode: tcp.Encode, Serve: func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
				return tcp.Goroutines(ctx, l, h, s.Policy)
			},
		},
		{
			Name: "tcp-epoll", Transport: "tcp", Tag: "floor",
			About: "length-prefixed frames on an event loop: what the kernel asks for",
			Knobs: Knobs{
				Router: "none", Goroutines: 0, Buffers: "none",
				Flush: "every message, a backlog at once", Heartbeat: "empty frame, 4 B",
				Compression: "off", Close: "FIN",
			},
			Encode: tcp.Encode, Serve: onLoop(func(string) loop.Transport { return tcp.Epoll{} }),
		},
	}
}
