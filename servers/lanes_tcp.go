package servers

import (
	"context"
	"net"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/tcp"
)

// tcpLanes are the floors: what the kernel asks for anyway.
func tcpLanes() []Lane {
	return []Lane{
		{Lane: lane.Lane{
			Name: "tcp", Transport: "tcp", Tag: "floor",
			About: "length-prefixed frames on raw TCP, one write per message",
			Notes: []string{
				"The floor of a server with goroutines: a reader, a delivery, one write a message. What another lane has above its {{cpu_per_message}} a message and {{rss_per_connection}} a connection is its own.",
				"Of that CPU, {{cpu_system_per_message}} a message are the kernel's.",
			},
		}, Stated: Stated{
			Router: "none", Goroutines: 2, Roles: "reader, delivery", Buffers: "none",
			Flush: "every message", Heartbeat: "empty frame, 4 B",
			Compression: "off", Close: "FIN",
		}, Encode: tcp.Encode, Serve: func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
			return tcp.Goroutines(ctx, l, h, s.Policy)
		}},
		{Lane: lane.Lane{
			Name: "tcp-epoll", Transport: "tcp", Tag: "floor",
			About: "length-prefixed frames on an event loop: what the kernel asks for",
			Notes: []string{
				"The floor of any server: one loop, non-blocking writes, {{rss_per_connection}} a connection besides the kernel's {{kernel_per_connection}} for the socket.",
				"Compared with tcp, which has two goroutines a connection, it holds {{rss_per_connection / tcp}} the memory and takes {{cpu_per_message / tcp}} the CPU per message.",
			},
		}, Stated: Stated{
			Router: "none", Goroutines: 0, Buffers: "none",
			Flush: "every message, a backlog at once", Heartbeat: "empty frame, 4 B",
			Compression: "off", Close: "FIN",
		}, Encode: tcp.Encode, Serve: onLoop(func(_ string, h *hub.Hub) epoll.Transport { return tcp.Epoll{Hub: h} }), NoTLS: loopNoTLS},
	}
}
