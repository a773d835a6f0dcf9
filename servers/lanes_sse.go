package servers

import (
	"fmt"
	"net/http"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/sse"
)

const h2Roles = "handler; of each connection: HTTP/2's serve loop, its reader"

// h2Goroutines is how many a subscription has that shares its connection with others.
func h2Goroutines(streams int) float64 { return 1 + 2/float64(streams) }

// sseLanes are the lanes that send server-sent events.
func sseLanes() []Lane {
	return []Lane{
		{Lane: lane.Lane{
			Name: "sse-gin", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "gin handler on HTTP/1.1, event encoded once, flushed once a batch",
			Notes: []string{
				"A stream holds what net/http gave its request for as long as it lives: buffers of 4 and 4 KiB, 2 KiB of the chunked writer and two goroutines, {{rss_per_connection}} in all.",
				"So SSE is not the light one, as is often written: in Go it holds {{rss_per_connection / ws-gorilla}} the memory of ws-gorilla, whose upgrade gives all that back.",
				"The protocol is innocent of it: sse-gin holds {{rss_per_connection / sse-hijack}} the memory of sse-hijack, which sends the same bytes without net/http.",
				"An event is encoded once for all clients, and a delivery takes {{cpu_per_message / sse-gin-ssevent}} the CPU of gin's own way.",
			},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
			Compression: "off", Close: "last chunk",
		}, Encode: sse.Encode, Serve: onGin(attached(sse.Gin))},
		{Lane: lane.Lane{
			Name: "sse-nethttp", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-gin's handler without gin",
			Notes: []string{
				"What gin adds to net/http is what this lane lacks: a delivery takes {{cpu_per_message / sse-gin}} the CPU of sse-gin, a handshake {{cpu_per_handshake / sse-gin}}, a connection {{rss_per_connection / sse-gin}} the memory.",
				"Its buffers of 4, 4 and 2 KiB are constants of net/http: no option makes them smaller.",
			},
			From: "sse-gin", Differs: []string{"router"},
		}, Stated: Stated{
			Router: "net/http", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
			Compression: "off", Close: "last chunk",
		}, Encode: sse.Encode, Serve: onMux(attached(sse.NetHTTP))},
		{Lane: lane.Lane{
			Name: "sse-gin-ssevent", Transport: "sse", Tag: "idiomatic", Path: "/events",
			About: "gin's Stream, each event rendered for each client; SSEvent alone has no id and no comment",
			Notes: []string{
				"c.Stream with c.SSEvent is what most tutorials show: each event is rendered for each client, at {{allocations_per_message}} allocations a message, and flushed for each message. A delivery takes {{cpu_per_message / sse-gin}} the CPU of sse-gin.",
				"What that garbage leaves behind: after traffic a connection holds {{rss_per_connection_after / sse-gin}} the memory of sse-gin's.",
				"c.Stream sends no head before the first event, so that a client of a quiet stream does not know whether it is connected; this lane writes a comment first. SSEvent has no id either, without which a browser cannot resume: events go through Render with theirs.",
			},
			From: "sse-gin", Differs: []string{"encoding", "write to the kernel"},
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every message", Heartbeat: "comment, 8 B with its chunk",
			Compression: "off", Close: "last chunk",
		}, Serve: onGin(attached(sse.SSEvent))},
		{Lane: lane.Lane{
			Name: "sse-hijack", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "connection taken over from net/http behind the head, chunk encoded once, one watcher for all who leave",
			Notes: []string{
				"The head goes through net/http, and then the socket is taken over: {{rss_per_connection}} a connection, {{rss_per_connection / sse-nethttp}} that of sse-nethttp, for the same bytes on the wire.",
				"A chunk is encoded once and given to the socket, {{cpu_per_message / sse-nethttp}} the CPU per message.",
				"What a takeover loses is net/http's notice of who leaves: an epoll set for all connections has it here. HTTP/2 is lost for good.",
			},
			From: "sse-nethttp", Differs: []string{SettingGoroutines, "buffers per connection", "close"},
		}, Stated: Stated{
			Router: "net/http", Goroutines: 1 + epoll.WatcherGoroutines, Roles: "delivery; " + epoll.WatcherRole, Buffers: "none",
			Flush: "every batch", Heartbeat: "comment, 8 B with its chunk",
			Compression: "off", Close: "last chunk, FIN",
		}, Encode: sse.EncodeChunk, Serve: onMux(sse.Hijack)},
		{Lane: lane.Lane{
			Name: "sse-h2", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-gin's handler on net/http's HTTP/2 within TLS, a connection for each subscriber; +streams6 to +streams250 for several",
			Notes: []string{
				"HTTP/2 alone does not make a stream lighter: alone on its connection one holds {{rss_per_connection / sse-gin}} the memory of sse-gin's, and takes {{goroutines_per_connection}} goroutines.",
				"What it saves it saves by sharing: alone on its connection a subscription holds {{rss_per_connection / sse-h2+streams100}} the memory it holds among 100, and {{kernel_per_connection / sse-h2+streams100}} of the kernel's.",
				"Browsers share one connection for all tabs of an origin, so that HTTP/1.1's limit of six is gone. There is another: net/http's server allows 250 streams on a connection by default, and the 251st waits without a word.",
				"Frames, flow control and TLS have their price: a delivery takes {{cpu_per_message / sse-gin}} the CPU of sse-gin's, and {{cpu_per_message / sse-h2c}} that of sse-h2c, which is the same without TLS.",
			},
			Streams: 1, TLS: true,
		}, Stated: Stated{
			Router: "gin", Goroutines: h2Goroutines(1), Roles: h2Roles, Buffers: "net/http: write 4 KiB a stream; crypto/tls: what it read last",
			Flush: "every batch, with what other streams have then", Heartbeat: "comment, 12 B as a DATA frame, 22 B more as a record",
			Compression: "off", Close: "END_STREAM, GOAWAY, close_notify",
		}, Encode: sse.Encode, Serve: onGinOver((*http.Protocols).SetHTTP2, attached(sse.Gin)), NoTLS: "it has TLS without it"},
		{Lane: lane.Lane{
			Name: "sse-h2c", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-h2 in clear, for clients with prior knowledge: between servers, as no browser supports it",
			Notes: []string{
				"Go supports it since 1.24 without golang.org/x/net/http2/h2c, by http.Server.Protocols. A proxy in front that ends TLS can share connections: alone on its own a subscription holds {{rss_per_connection / sse-h2c+streams250}} the memory it holds among 250.",
				"Alone on its connection a subscription holds {{rss_per_connection / sse-h2}} the memory of sse-h2's: the buffers of HTTP/1.1, through which net/http has read the preface, stay for as long as the connection does.",
			},
			Streams: 1,
			From:    "sse-h2", Differs: []string{"buffers per connection", "heartbeat bytes", "close", "TLS"},
		}, Stated: Stated{
			Router: "gin", Goroutines: h2Goroutines(1), Roles: h2Roles, Buffers: "net/http: write 4 KiB a stream; read 4 KiB, write 4 KiB a connection",
			Flush: "every batch, with what other streams have then", Heartbeat: "comment, 12 B as a DATA frame",
			Compression: "off", Close: "END_STREAM, GOAWAY",
		}, Encode: sse.Encode, Serve: onGinOver((*http.Protocols).SetUnencryptedHTTP2, attached(sse.Gin)), NoTLS: "within TLS it is sse-h2"},
		{Lane: lane.Lane{
			Name: "sse-h3", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-gin's handler on quic-go's HTTP/3: a QUIC connection for each subscriber, as a browser has, with one stream",
			Notes: []string{
				"The connection lives in the process, not in the kernel: {{rss_per_connection}} and {{goroutines_per_connection}} goroutines for a stream, {{memory_per_connection / sse-h2}} what the kernel and the process hold together for one of sse-h2's.",
				"Packets and their encryption are the process's work too: a delivery takes {{cpu_per_message / sse-h2}} the CPU of sse-h2's.",
				"A browser comes to HTTP/3 by an Alt-Svc header of an earlier answer or a DNS record, and only with a certificate of an authority it trusts; the load begins with it.",
			},
			TLS:  true,
			From: "sse-h2", Differs: []string{"connection", SettingGoroutines, "buffers per connection", "heartbeat bytes", "close", "TLS"},
		}, Stated: Stated{
			Router: "gin", Goroutines: h3Goroutines, Roles: h3Roles, Buffers: "QUIC's: unacknowledged data, at most the client's windows",
			Flush: "every batch, with what other streams have then", Heartbeat: "comment, 5 B as a DATA frame",
			Compression: "off", Close: "FIN of the stream, upon which the client closes the connection",
		}, Encode: sse.Encode, ServeUDP: onGinOverQUIC(attached(sse.Gin)), NoTLS: webTransportNoTLS},
		{Lane: lane.Lane{
			Name: "sse-epoll", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "HTTP/1.1 on an event loop: no goroutine and no buffer per connection, event and chunk encoded once",
			Notes: []string{
				"The stream of sse-hijack without its goroutine: {{rss_per_connection}} a connection, {{rss_per_connection / sse-hijack}} that of sse-hijack and {{rss_per_connection / sse-gin}} that of sse-gin.",
				"A delivery takes {{cpu_per_message / sse-gin}} the CPU of sse-gin's and {{cpu_per_message / tcp-epoll}} that of the floor on the same loop.",
				"It reads no more than the request, and has none of the layers in front of a handler, TLS first of all.",
			},
		}, Stated: Stated{
			Router: "none", Goroutines: 0, Buffers: "none",
			Flush: "every message, a backlog at once", Heartbeat: "comment, 8 B with its chunk",
			Compression: "off", Close: "last chunk",
		}, Encode: sse.EncodeChunk, Serve: onLoop(func(path string, h *hub.Hub) epoll.Transport { return sse.Epoll{Path: path, Hub: h} }), NoTLS: loopNoTLS},
		{Lane: lane.Lane{
			Name: "sse-gin-gzip", Transport: "sse", Tag: "default", Path: "/events",
			About: "sse-gin with a gzip writer for each client that offers gzip",
			Notes: []string{
				"A gzip writer holds its window and its tables for as long as the stream lives, for each client: a connection holds {{rss_per_connection}}, {{rss_per_connection / sse-gin}} that of sse-gin.",
				"It compresses each message for each client, {{cpu_per_message / sse-gin}} the CPU per message of sse-gin, for {{wire_bytes_per_message / sse-gin}} its bytes on the wire: a message can be told by those before it.",
				"Flushed behind each batch, it delays nothing; middleware that does not flush would hold events back for as long as its buffers are not full, and gin-contrib/gzip leaves event streams out.",
			},
			From: "sse-gin", Differs: []string{"buffers per connection", "heartbeat bytes", "compression"}, Gzip: true,
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: netHTTPRoles,
			Buffers: fmt.Sprintf("%s; gzip writer %d KiB", netHTTPBuffers, sse.GzipWriterSize),
			Flush:   "every batch", Heartbeat: "comment, compressed, and its chunk",
			Compression: fmt.Sprintf("gzip, level %d, for each client, over all its messages", sse.GzipLevel), Close: "last chunk",
		}, Encode: sse.Encode, Serve: onGin(attached(sse.GinGzip))},
		{Lane: lane.Lane{
			Name: "sse-gin-gzip-shared", Transport: "sse", Tag: "tuned", Path: "/events",
			About: "sse-gin-gzip with each message compressed once, the same bytes in the gzip stream of each client",
			Notes: []string{
				"Each message is compressed once, into blocks that any gzip stream can hold, and what is a client's own are the checksum and the length at its end: a connection holds {{rss_per_connection / sse-gin-gzip}} the memory of sse-gin-gzip's, and a message takes {{cpu_per_message / sse-gin-gzip}} the CPU.",
				"What the missing window costs is bytes: {{wire_bytes_per_message / sse-gin-gzip}} those of sse-gin-gzip, {{wire_bytes_per_message / sse-gin}} those of sse-gin. The larger the message, the less it needs those before it.",
			},
			From: "sse-gin-gzip", Differs: []string{"buffers per connection", "compression"}, Gzip: true,
		}, Stated: Stated{
			Router: "gin", Goroutines: 2, Roles: netHTTPRoles, Buffers: netHTTPBuffers,
			Flush: "every batch", Heartbeat: "comment, compressed, and its chunk",
			Compression: fmt.Sprintf("gzip, level %d, each message once and by itself", sse.GzipLevel), Close: "last chunk",
		}, Encode: sse.EncodePiece, Serve: onGin(attached(sse.GinGzipShared))},
	}
}
