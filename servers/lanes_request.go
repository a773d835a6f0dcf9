package servers

import (
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/ndjson"
	"github.com/pushbench/pushbench/servers/poll"
)

// requestLanes are the lanes of plain HTTP, which need no more of a browser than fetch.
func requestLanes() []Lane {
	return []Lane{
		{Lane: lane.Lane{
			Name: "stream-ndjson", Transport: "ndjson", Tag: "default", Path: "/stream",
			About: "a JSON line per message for fetch, encoded once, flushed once a batch",
			Notes: []string{
				"fetch reads it as well as EventSource reads SSE. On the server it is {{cpu_per_message / sse-nethttp}} the CPU per message of sse-nethttp, {{rss_per_connection / sse-nethttp}} the memory.",
				"On the wire it is {{wire_bytes_per_message / sse-nethttp}} of SSE's bytes: quotes and a key where SSE has field names.",
				"What SSE's grammar buys is in the client: EventSource splits, reconnects and resumes.",
			},
			From: "sse-nethttp", Differs: []string{SettingTransport, "heartbeat bytes"},
		}, Stated: Stated{
			Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every batch", Heartbeat: "empty line, 6 B with its chunk",
			Compression: "off", Close: "last chunk",
		}, Encode: ndjson.Encode, Serve: onMux(attached(ndjson.NetHTTP))},
		{Lane: lane.Lane{
			Name: "longpoll", Transport: "longpoll", Tag: "default", Path: "/poll",
			About: "a request that waits for the next message, answered with lines, asked again on the same connection",
			Notes: []string{
				"Every answer is followed by a new request: a message takes {{cpu_per_message / sse-nethttp}} the CPU of one on sse-nethttp's open stream, and {{wire_bytes_per_message / sse-nethttp}} its bytes.",
				"A request that waits is held like a stream: {{rss_per_connection / sse-nethttp}} the memory of sse-nethttp.",
				"A message that comes while the next request is on its way waits for it: the median delivery takes {{delivery_latency_p50 / sse-nethttp}} that of sse-nethttp. Where messages come faster than clients ask, an answer carries several, and both figures fall.",
			},
		}, Stated: Stated{
			Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every answer", Heartbeat: "an answer without content, 110 B, and a request",
			Compression: "off", Close: "an answer with Connection: close",
		}, Encode: ndjson.Encode, Serve: onMux(attached(poll.Long))},
		{Lane: lane.Lane{
			Name: "poll", Transport: "poll", Tag: "default", Path: "/poll",
			About: "a request every interval of the scenario, answered at once: lines, or 204 when nothing is new",
			Notes: []string{
				"Nobody waits for anything here, and everybody pays all the time: an idle connection costs {{cpu_per_idle_connection}} of CPU, {{cpu_per_idle_connection / longpoll}} that of longpoll.",
				"Latency is the interval's: half of it on average, {{delivery_latency_p50}} in the median of this run.",
				"Between requests net/http keeps its buffers for the connection: {{rss_per_connection / longpoll}} the memory of longpoll.",
			},
			Sessionless: true,
			From:        "longpoll", Differs: []string{SettingTransport, SettingGoroutines, "heartbeat bytes", "close"},
		}, Stated: Stated{
			Router: "net/http", Goroutines: 1, Roles: "net/http's, between requests", Buffers: netHTTPBuffers,
			Flush: "every answer", Heartbeat: "none: polls are",
			Compression: "off", Close: "FIN between requests",
		}, Encode: ndjson.Encode, Serve: onMux(attached(poll.Short))},
	}
}
