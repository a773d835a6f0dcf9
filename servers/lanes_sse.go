package servers

import (
	"github.com/pushbench/pushbench/servers/loop"
	"github.com/pushbench/pushbench/servers/sse"
)

// sseLanes are the lanes that send server-sent events.
func sseLanes() []Lane {
	return []Lane{
		{
			Name: "sse-gin", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "gin handler on HTTP/1.1, event encoded once, flushed once a batch",
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
				Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
				Compression: "off", Close: "last chunk",
			},
			Encode: sse.Encode, Serve: onGin(attached(sse.Gin)),
		},
		{
			Name: "sse-nethttp", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-gin's handler without gin",
			Knobs: Knobs{
				Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
				Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
				Compression: "off", Close: "last chunk",
			},
			Encode: sse.Encode, Serve: onMux(attached(sse.NetHTTP)),
			From: "sse-gin", Differs: []string{"router"},
		},
		{
			Name: "sse-gin-ssevent", Transport: "sse", Tag: "idiomatic", Path: "/events",
			About: "gin's Stream, each event rendered for each client; SSEvent alone has no id and no comment",
			Knobs: Knobs{
				Router: "gin", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
				Flush: "every message", Heartbeat: "comment, 8 B with its chunk",
				Compression: "off", Close: "last chunk",
			},
			Serve: onGin(attached(sse.SSEvent)),
			From:  "sse-gin", Differs: []string{"encoding", "write to the kernel"},
		},
		{
			Name: "sse-hijack", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "connection taken over from net/http behind the head, chunk encoded once, one watcher for all who leave",
			Knobs: Knobs{
				Router: "net/http", Goroutines: 1, Roles: "delivery; one for all of them notices who leaves", Buffers: "none",
				Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
				Compression: "off", Close: "last chunk, FIN",
			},
			Encode: sse.EncodeChunk, Serve: onMux(sse.Hijack),
			From: "sse-nethttp", Differs: []string{SettingGoroutines, "buffers per connection", "close"},
		},
		{
			Name: "sse-epoll", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "HTTP/1.1 on an event loop: no goroutine and no buffer per connection, event and chunk encoded once",
			Knobs: Knobs{
				Router: "none", Goroutines: 0, Buffers: "none",
				Flush: "every message, a backlog at once", Heartbeat: "comment, 8 B with its chunk",
				Compression: "off", Close: "last chunk",
			},
			Encode: sse.EncodeChunk, Serve: onLoop(func(path string) loop.Transport { return sse.Epoll{Path: path} }),
		},
	}
}
