// Package servers is the thing measured: one fresh process serves one lane with the hub that all lanes share.
//
// The pipeline of a process: publisher -> hub -> delivery loop of each connection -> a transport's sink -> socket. The
// conductor reaches it through the control API on a port of its own. Two lanes differ by one row of the table below and
// one file in a transport's folder; everything else is the same code.
//
// To add a lane: write the file that mounts the hub on a listener or on gin, add the row, run the contract test.
package servers

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/loop"
	"github.com/pushbench/pushbench/servers/ndjson"
	"github.com/pushbench/pushbench/servers/poll"
	"github.com/pushbench/pushbench/servers/sse"
	"github.com/pushbench/pushbench/servers/tcp"
	"github.com/pushbench/pushbench/servers/websocket"
)

// Lane is one contestant. Its tag is default, as its documentation shows it; idiomatic, as tutorials write it, at what that
// costs; tuned, as an expert ships it; or floor, what the kernel asks for.
type Lane struct {
	Name      string
	Transport string
	Tag       string // default: as its documentation shows it; idiomatic: as examples and tutorials do; tuned: as an expert ships it; floor: what the kernel asks for
	Path      string // of the subscription, with a leading slash; empty for raw TCP
	About     string // one phrase for lists and reports
	Knobs     Knobs
	Encode    func(hub.Message) any // once per message; nil: for each client
	Serve     func(context.Context, net.Listener, *hub.Hub, Params) error

	Apart bool // holds no subscription between the requests of a client: there is nobody to count, and nothing to cut

	// What options add.
	Wrap func(hub.Sink) hub.Sink // around the sink of each connection
	Hold time.Duration           // before each message is published

	From    string   // the lane this one is a variation of; empty: of none
	Differs []string // names of the settings in which it differs from that one, and no other
}

// Params are what a lane needs beside the hub; all lanes of a trial get the same.
type Params struct {
	Path   string
	Policy hub.Policy
}

// Knobs is what a lane states for the fairness table: everything that could make a comparison unfair and that its code
// does not say by itself (settings.go).
type Knobs struct {
	Router      string // takes the request
	Goroutines  int    // per connection that is subscribed; what is measured must be the same
	Roles       string // of these goroutines
	Buffers     string // per connection, in user space
	Flush       string // when bytes go to the kernel
	Heartbeat   string // bytes of one
	Compression string
	Close       string // how the server ends a connection
}

// What a stream holds of net/http for as long as it lives.
const (
	netHTTPRoles   = "handler, net/http's background read"
	netHTTPBuffers = "net/http: read 4 KiB, write 4 KiB, chunk 2 KiB"
)

// Lanes is the table of lanes.
func Lanes() []Lane {
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

// LaneByName finds a row of the table, with the option behind a plus sign if the name has one.
func LaneByName(name string) (Lane, bool) {
	plain, _, changed := strings.Cut(name, "+")
	for _, l := range Lanes() {
		if l.Name != plain {
			continue
		}
		if !changed {
			return l, true
		}
		o, ok := OptionOf(name)
		if !ok {
			return Lane{}, false
		}
		o.apply(&l)
		l.Name, l.About = name, o.About
		return l, true
	}
	return Lane{}, false
}

func gorillaBuffers() string {
	return fmt.Sprintf("read %[1]g KiB, write %[1]g KiB", websocket.BufferSize/1024.0)
}

// onLoop serves a lane from event loops, which own its connections from the first byte.
func onLoop(transport func(path string) loop.Transport) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
		return loop.Serve(ctx, l, h, s.Policy, transport(s.Path))
	}
}
