package servers

import (
	"fmt"

	"github.com/pushbench/pushbench/servers/loop"
	"github.com/pushbench/pushbench/servers/websocket"
)

// websocketLanes are the lanes that speak WebSocket.
func websocketLanes() []Lane {
	return []Lane{
		{
			Name: "ws-gorilla", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "gin route, gorilla/websocket, handler returns after the upgrade, message prepared once",
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
				Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001",
			},
			Encode: websocket.Encode, Serve: onGin(websocket.Returning(websocket.Gorilla)),
		},
		{
			Name: "ws-gorilla-chat", Transport: "websocket", Tag: "idiomatic", Path: "/ws",
			About: "gorilla's chat example: its buffers, deadlines and NextWriter for each client, on the hub's ring instead of a channel each",
			From:  "ws-gorilla", Differs: []string{"encoding", "write to the kernel"},
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
				Flush: "every message, within 10s", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001",
			},
			Serve: onGin(websocket.Returning(websocket.Chat)),
		},
		{
			Name: "ws-gorilla-inhandler", Transport: "websocket", Tag: "idiomatic", Path: "/ws",
			About: "ws-gorilla with the reads inside the gin handler, which stays until the connection ends",
			From:  "ws-gorilla", Differs: []string{SettingGoroutines, "buffers per connection"},
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "handler reads, delivery",
				Buffers: gorillaBuffers() + "; net/http: read 4 KiB, write 4 KiB",
				Flush:   "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001",
			},
			Encode: websocket.Encode, Serve: onGin(websocket.Staying(websocket.Gorilla)),
		},
		{
			Name: "ws-gorilla-pool", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "ws-gorilla with pooled write buffers, and one epoll watcher that reads for all connections",
			From:  "ws-gorilla", Differs: []string{SettingGoroutines, "buffers per connection"},
			Knobs: Knobs{
				Router: "gin", Goroutines: websocket.PoolGoroutines, Roles: websocket.PoolRoles, Buffers: "read 125 B",
				Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001",
			},
			Encode: websocket.Encode, Serve: onGin(websocket.Pool),
		},
		{
			Name: "ws-gorilla-deflate", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "ws-gorilla with permessage-deflate, message compressed once",
			From:  "ws-gorilla", Differs: []string{"compression"},
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: gorillaBuffers(),
				Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "permessage-deflate, level 1, no context takeover", Close: "close frame 1001",
			},
			Encode: websocket.Encode, Serve: onGin(websocket.Returning(websocket.Deflate)),
		},
		{
			Name: "ws-coder", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "gin route, coder/websocket as its examples show it: in the handler, a timeout for each write",
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "handler reads, delivery", Buffers: "net/http: read 4 KiB, write 4 KiB",
				Flush: "every message, within 5s", Heartbeat: "numbered ping frame, from 3 B (pong from 7 B), which delivery waits for",
				Compression: "off", Close: "close frame 1001",
			},
			Serve: onGin(websocket.Staying(websocket.Coder)),
		},
		{
			Name: "ws-gws", Transport: "websocket", Tag: "default", Path: "/ws",
			About: "gin route, lxzan/gws as its documentation shows it: handler returns after the upgrade, WriteMessage for each client",
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: "reader, delivery", Buffers: "read 4 KiB, write from a pool",
				Flush: "every message", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001, without waiting for the client's",
			},
			Serve: onGin(websocket.Returning(websocket.Gws)),
		},
		{
			Name: "ws-gobwas-epoll", Transport: "websocket", Tag: "tuned", Path: "/ws",
			About: "gobwas/ws on an event loop: no goroutine and no buffer per connection, message encoded once",
			Knobs: Knobs{
				Router: "none", Goroutines: 0, Buffers: "none",
				Flush: "every message, a backlog at once", Heartbeat: "ping frame, 2 B (pong 6 B)",
				Compression: "off", Close: "close frame 1001",
			},
			Encode: websocket.EncodeFrame, Serve: onLoop(func(path string) loop.Transport { return websocket.Gobwas{Path: path} }),
		},
	}
}

func gorillaBuffers() string {
	return fmt.Sprintf("read %[1]g KiB, write %[1]g KiB", websocket.BufferSize/1024.0)
}
