package servers

import (
	"fmt"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/websocket"
)

// websocketLanes are the lanes of WebSocket.
func websocketLanes() []Lane {
	return []Lane{
		{Lane: lane.Lane{
			Name: "ws-gorilla", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "gin route, gorilla/websocket, handler returns after the upgrade, message prepared once",
			Notes: []string{
				"The handler returns as soon as the connection is upgraded, and net/http's buffers and stack go with it: a connection holds {{rss_per_connection}}, {{rss_per_connection / ws-gorilla-inhandler}} what it holds where the handler stays to read.",
				"Buffers of 1 KiB are asked for: a size of 0 sounds like none, and makes gorilla keep net/http's of 4 KiB each.",
				"A message is prepared once for all connections, and a delivery takes {{cpu_per_message / ws-gorilla-chat}} the CPU of one whose frame is built for each client.",
				"Over the floor with as many goroutines, the whole of the protocol takes {{cpu_per_message / tcp}} its CPU per message.",
			},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
			Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001",
		}, Encode: websocket.Encode, Serve: onGin(websocket.Returning(websocket.Gorilla))},
		{Lane: lane.Lane{
			Name: "ws-gorilla-chat", Transport: "websocket", Tag: "idiomatic", Path: "/ws",
			About: "gorilla's chat example: its buffers, deadlines and NextWriter for each client, on the hub's ring instead of a channel each",
			Notes: []string{
				"This is the shape most teams copy, with the hub's ring where the example has a channel of 256 messages for each client; what that channel would hold comes on top.",
				"A frame built for each client takes {{cpu_per_message / ws-gorilla}} the CPU of ws-gorilla's prepared one, and {{allocations_per_message}} allocations a message.",
				"A connection holds {{rss_per_connection / ws-gorilla}} the memory of ws-gorilla's, {{rss_per_connection_after / ws-gorilla}} after traffic.",
			},
			From: "ws-gorilla", Differs: []string{"encoding", "write to the kernel"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
			Flush: "every message, within 10s", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001",
		}, Serve: onGin(websocket.Returning(websocket.Chat))},
		{Lane: lane.Lane{
			Name: "ws-gorilla-inhandler", Transport: "websocket", Tag: "idiomatic", Path: "/ws",
			About: "ws-gorilla with the reads inside the gin handler, which stays until the connection ends",
			Notes: []string{
				"A read loop inside the handler is what most tutorials show. net/http then cannot let go of its two buffers of 4 KiB, nor of the stack that served the request: a connection holds {{rss_per_connection / ws-gorilla}} the memory of ws-gorilla's, which differs in nothing else.",
				"A delivery does the same work in both: it takes {{cpu_per_message / ws-gorilla}} the CPU.",
			},
			From: "ws-gorilla", Differs: []string{SettingGoroutines, "buffers per connection"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "handler reads, delivery",
			Buffers: gorillaBuffers() + "; net/http: read 4 KiB, write 4 KiB",
			Flush:   "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001",
		}, Encode: websocket.Encode, Serve: onGin(websocket.Staying(websocket.Gorilla))},
		{Lane: lane.Lane{
			Name: "ws-gorilla-pool", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "ws-gorilla with pooled write buffers, and one epoll watcher that reads for all connections",
			Notes: []string{
				"Prepared messages need no write buffer, so that a pool of them is all a server needs; and one watcher can read the little that subscribers send. A connection holds {{rss_per_connection}}, {{rss_per_connection / ws-gorilla}} that of ws-gorilla.",
				"It has a goroutine fewer, and {{stacks_per_connection / ws-gorilla}} the memory of stacks.",
				"WriteBufferPool alone would save only what is written through the buffer, and a reader of its own would still hold one: gorilla has no read that gives its buffer back.",
			},
			From: "ws-gorilla", Differs: []string{SettingGoroutines, "buffers per connection"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 1 + epoll.WatcherGoroutines, Roles: "delivery; " + epoll.WatcherRole, Buffers: "read 125 B",
			Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001",
		}, Encode: websocket.Encode, Serve: onGin(websocket.Pool), NoTLS: "its watcher reads what clients send from their sockets, where TLS is not undone yet"},
		{Lane: lane.Lane{
			Name: "ws-gorilla-deflate", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "ws-gorilla with permessage-deflate, message compressed once",
			Notes: []string{
				"A prepared message is compressed once, because gorilla keeps no window between messages: {{cpu_per_message / ws-gorilla}} the CPU per message of ws-gorilla, for {{wire_bytes_per_message / ws-gorilla}} its bytes on the wire.",
				"Without a window a small message has only itself to be compressed against; what that is worth depends on the payload more than on any other lane.",
				"A connection holds {{rss_per_connection / ws-gorilla}} the memory of ws-gorilla's.",
			},
			From: "ws-gorilla", Differs: []string{"compression"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
			Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "permessage-deflate, level 1, no context takeover", Close: "close frame 1001",
		}, Encode: websocket.Encode, Serve: onGin(websocket.Returning(websocket.Deflate))},
		{Lane: lane.Lane{
			Name: "ws-coder", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "gin route, coder/websocket as its examples show it: in the handler, a timeout for each write",
			Notes: []string{
				"Its examples stay in the handler, as tutorials do, and give each write a context with a timeout: a connection holds {{rss_per_connection / ws-gorilla-inhandler}} the memory of ws-gorilla-inhandler's, {{rss_per_connection_after / ws-gorilla-inhandler}} after traffic, and a message takes {{allocations_per_message}} allocations.",
				"It has no prepared message, so that a frame is built for each client: {{cpu_per_message / ws-gorilla-chat}} the CPU of gorilla's in the same way, {{cpu_per_message / ws-gorilla}} that of ws-gorilla.",
				"Its Ping waits for the pong: a heartbeat from the goroutine that delivers delays messages by a round trip.",
			},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "handler reads, delivery", Buffers: "net/http: read 4 KiB, write 4 KiB",
			Flush: "every message, within 5s", Heartbeat: "numbered ping frame, from 3 B (pong from 7 B), which delivery waits for",
			Compression: "off", Close: "close frame 1001",
		}, Serve: onGin(websocket.Staying(websocket.Coder))},
		{Lane: lane.Lane{
			Name: "ws-gws", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "gin route, lxzan/gws as its documentation shows it: handler returns after the upgrade, WriteMessage for each client",
			Notes: []string{
				"The handler returns as in ws-gorilla; the library reads through a buffer of 4 KiB, where ws-gorilla has 1, and writes from a pool of its own: a connection holds {{rss_per_connection / ws-gorilla}} the memory of ws-gorilla's, {{rss_per_connection_after / ws-gorilla}} after traffic.",
				"WriteMessage builds the frame for each client, {{cpu_per_message / ws-gorilla-chat}} the CPU of gorilla's chat example. Its Broadcaster builds it once, but only queues: a client that stopped reading would grow the queue without end.",
			},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: "read 4 KiB, write from a pool",
			Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001, without waiting for the client's",
		}, Serve: onGin(websocket.Returning(websocket.Gws))},
		{Lane: lane.Lane{
			Name: "ws-gobwas-epoll", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "gobwas/ws on an event loop: no goroutine and no buffer per connection, message encoded once",
			Notes: []string{
				"A silent connection has no goroutine, no stack and no buffer: it holds {{rss_per_connection}}, {{rss_per_connection / ws-gorilla}} that of ws-gorilla.",
				"That is what an event loop is for. A delivery is the kernel's work in the first place: it takes {{cpu_per_message / ws-gorilla}} the CPU of ws-gorilla's and {{cpu_per_message / tcp-epoll}} that of the floor on the same loop.",
				"What it gives up is net/http: routing, middleware, TLS and HTTP/2 in front of the upgrade must come from elsewhere.",
			},
		}, Stated: Stated{
			Router: "none", Goroutines: 0, Buffers: "none",
			Flush: "every message, a backlog at once", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "off", Close: "close frame 1001",
		}, Encode: websocket.EncodeFrame, Serve: onLoop(func(path string, h *hub.Hub) epoll.Transport { return websocket.Gobwas{Path: path, Hub: h} }), NoTLS: loopNoTLS},
		{Lane: lane.Lane{
			Name: "ws-gorilla-deflate-each", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "ws-gorilla-deflate with WriteMessage: compressed for each client",
			Notes: []string{
				"WriteMessage compresses each message for each client, which is how the library's documentation shows it: {{cpu_per_message / ws-gorilla-deflate}} the CPU per message of ws-gorilla-deflate, for {{wire_bytes_per_message / ws-gorilla-deflate}} its bytes on the wire.",
				"No connection keeps a compressor: the library takes one from a pool for each message, and a connection holds {{rss_per_connection_after / ws-gorilla-deflate}} the memory after traffic.",
			},
			From: "ws-gorilla-deflate", Differs: []string{"encoding", "write to the kernel"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
			Flush: "every message, a frame for each KiB", Heartbeat: "ping frame, 2 B (pong 6 B)",
			Compression: "permessage-deflate, level 1, no context takeover", Close: "close frame 1001",
		}, Serve: onGin(websocket.Returning(websocket.DeflateEach))},
	}
}

func gorillaBuffers() string {
	return fmt.Sprintf("read %[1]g KiB, write %[1]g KiB", websocket.BufferSize/1024.0)
}
