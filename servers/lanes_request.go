package servers

import (
	"github.com/pushbench/pushbench/servers/ndjson"
	"github.com/pushbench/pushbench/servers/poll"
)

// requestLanes are the lanes of plain HTTP, which need no more of a browser than fetch.
func requestLanes() []Lane {
	return []Lane{
		{
			Name: "stream-ndjson", Transport: "ndjson", Tag: "default", Path: "/stream",
			About: "a JSON line per message for fetch, encoded once, flushed once a batch",
			Knobs: Knobs{
				Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
				Flush: "every batch", Heartbeat: "empty line, 6 B with its chunk",
				Compression: "off", Close: "last chunk",
			},
			Encode: ndjson.Encode, Serve: onMux(attached(ndjson.NetHTTP)),
			From: "sse-nethttp", Differs: []string{SettingTransport, "heartbeat bytes"},
		},
		{
			Name: "longpoll", Transport: "longpoll", Tag: "default", Path: "/poll",
			About: "a request that waits for the next message, answered with lines, asked again on the same connection",
			Knobs: Knobs{
				Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
				Flush: "every answer", Heartbeat: "an answer without content, 110 B, and a request",
				Compression: "off", Close: "an answer with Connection: close",
			},
			Encode: ndjson.Encode, Serve: onMux(attached(poll.Long)),
		},
		{
			Name: "poll", Transport: "poll", Tag: "default", Path: "/poll",
			About: "a request every interval of the scenario, answered at once: lines, or 204 when nothing is new",
			Knobs: Knobs{
				Router: "net/http", Goroutines: 1, Roles: "net/http's, between requests", Buffers: netHTTPBuffers,
				Flush: "every answer", Heartbeat: "none: polls are",
				Compression: "off", Close: "FIN between requests",
			},
			Encode: ndjson.Encode, Serve: onMux(attached(poll.Short)), Apart: true,
			From: "longpoll", Differs: []string{SettingTransport, SettingGoroutines, "heartbeat bytes", "close"},
		},
	}
}
