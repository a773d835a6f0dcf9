package servers

import (
	"context"
	"net"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/tcp"
	"github.com/pushbench/pushbench/servers/webtransport"
)

// What a session holds of quic-go and webtransport-go.
const (
	webTransportRoles   = "handler, which delivers; ten of quic-go, its HTTP/3 and webtransport-go"
	webTransportBuffers = "QUIC's: unacknowledged data, at most the client's windows"
	webTransportClose   = "end of the stream, upon which the client closes the session"
	webTransportNoTLS   = "QUIC has TLS 1.3 in it"
)

// webTransportLanes are QUIC on a UDP socket of their own.
func webTransportLanes() []Lane {
	return []Lane{
		{Lane: lane.Lane{
			Name: "webtransport", Transport: "webtransport", Tag: "default", Path: "/session",
			About: "quic-go and webtransport-go as their documentation shows them: a QUIC connection with one session each, and one stream in it",
			Notes: []string{
				"A QUIC connection lives in the process, not in the kernel: {{rss_per_connection}} and {{goroutines_per_connection}} goroutines for a session, {{memory_per_connection / sse-gin}} what the kernel and the process hold together for an SSE stream of net/http.",
				"One UDP socket takes the acknowledgements of all clients at once: where its buffer is full they are lost, with a warning of the run.",
				"tcp_connect_time is that of QUIC's whole handshake, TLS included, and response_head_time that of the session.",
			},
			TLS: true,
		}, Stated: Stated{
			Router: "net/http's mux on HTTP/3", Goroutines: 11, Roles: webTransportRoles, Buffers: webTransportBuffers,
			Flush: "every message to the stream, sent by QUIC's own goroutine", Heartbeat: "empty frame, 4 B",
			Compression: "off", Close: webTransportClose,
		}, Encode: tcp.Encode, ServeUDP: onQUIC(webtransport.Streams()), NoTLS: webTransportNoTLS},
		{Lane: lane.Lane{
			Name: "webtransport-datagram", Transport: "webtransport", Tag: "default", Path: "/session",
			About: "webtransport with a datagram for each new message that fits into one: lost messages stay lost",
			Notes: []string{
				"Nothing is sent again: {{lost}} messages were lost, and reach was {{reach}}. A client's library keeps 32 datagrams that it has not read yet, and drops more without a word.",
				"What had been published before a client came, and what no datagram can carry, goes by the stream.",
				"A message takes {{cpu_per_message / webtransport}} the CPU of one on a stream. It is copied for each client, and has a packet for itself.",
			},
			TLS: true, Unreliable: true,
			From: "webtransport", Differs: []string{"write to the kernel", "heartbeat bytes"},
		}, Stated: Stated{
			Router: "net/http's mux on HTTP/3", Goroutines: 11, Roles: webTransportRoles, Buffers: webTransportBuffers,
			Flush: "every message as a datagram, sent by QUIC's own goroutine", Heartbeat: "empty datagram",
			Compression: "off", Close: webTransportClose,
		}, Encode: tcp.Encode, ServeUDP: onQUIC(webtransport.Datagrams()), NoTLS: webTransportNoTLS},
	}
}

// onQUIC serves a lane from a UDP socket of its own.
func onQUIC(v webtransport.Variant) func(context.Context, net.PacketConn, *hub.Hub, Params) error {
	return func(ctx context.Context, socket net.PacketConn, h *hub.Hub, s Params) error {
		return webtransport.Serve(ctx, socket, h, v, webtransport.Options{Path: s.Path, Policy: s.Policy, TLS: s.TLS, Unacked: s.Unacked})
	}
}
