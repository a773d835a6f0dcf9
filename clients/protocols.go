// Package clients is the load process: an agent that joins the coordinator's message bus and drives one fleet.
//
// The pipeline of a process: bus -> agent -> fleet -> engine -> socket -> decoder -> recorder -> report on the bus. Where a
// socket carries more than one client's bytes, or not as they are, a dialer stands between it and the engine.
//
// To add a transport: write its decoder in a folder of its own and add the row below.
package clients

import (
	"cmp"
	"fmt"

	"github.com/pushbench/pushbench/clients/before"
	"github.com/pushbench/pushbench/clients/dialogue"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/gunzip"
	"github.com/pushbench/pushbench/clients/h2"
	"github.com/pushbench/pushbench/clients/h3"
	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/clients/poll"
	"github.com/pushbench/pushbench/clients/post"
	"github.com/pushbench/pushbench/clients/secure"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/clients/websocket"
	"github.com/pushbench/pushbench/clients/webtransport"
	"github.com/pushbench/pushbench/internal/wire"
)

// Protocol is a transport's client side.
type Protocol struct {
	Transport string
	Decoder   func() fleet.Decoder
	Dialer    func() fleet.Dialer  // of a transport whose clients have no TCP socket of their own; nil: they have, and TLS on it where a target asks for that
	Post      func() fleet.Decoder // of an uplink connection, for what the client sends; nil: the subscription's own carries it
}

// Protocols is the table of client protocols.
func Protocols() []Protocol {
	return []Protocol{
		{"websocket", func() fleet.Decoder { return websocket.New() }, nil, nil},
		{"sse", func() fleet.Decoder { return sse.New() }, nil, byPost},
		{"tcp", func() fleet.Decoder { return tcp.New() }, nil, nil},
		{"ndjson", func() fleet.Decoder { return ndjson.New() }, nil, byPost},
		{"http-stream", func() fleet.Decoder { return ndjson.NewStream() }, nil, nil},
		{"longpoll", func() fleet.Decoder { return poll.Long() }, nil, byPost},
		{"poll", func() fleet.Decoder { return poll.Short() }, nil, byPost},
		{"webtransport", func() fleet.Decoder { return webtransport.New() }, func() fleet.Dialer { return webtransport.NewDialer() }, nil},
	}
}

func byPost() fleet.Decoder { return post.New() }

// ProtocolByTransport finds a row of the table.
func ProtocolByTransport(transport string) (Protocol, bool) {
	for _, p := range Protocols() {
		if p.Transport == transport {
			return p, true
		}
	}
	return Protocol{}, false
}

// ClientOf returns how a fleet speaks to a target, with a dialer that is the fleet's alone.
func ClientOf(t wire.Target) (fleet.Client, error) {
	p, ok := ProtocolByTransport(t.Transport)
	if !ok {
		return fleet.Client{}, fmt.Errorf("no client speaks %q", t.Transport)
	}
	client := fleet.Client{Decoder: p.Decoder, Post: p.Post}
	if t.Dialogue != nil {
		client.Decoder = func() fleet.Decoder { return dialogue.New() }
	}
	if dialer, _ := p.dialer(t); dialer != nil {
		client.Dialer = dialer()
	}
	if t.Before != nil {
		client.Dialer = before.New(cmp.Or(client.Dialer, fleet.Dialer(secure.New())))
	}
	return client, nil
}

// NeedsGoroutines says what keeps event loops from reading the clients of a target; empty: nothing does.
func NeedsGoroutines(t wire.Target) (reason string) {
	p, _ := ProtocolByTransport(t.Transport)
	if _, reason = p.dialer(t); reason == "" && t.Before != nil {
		return "a request before each subscription"
	}
	return reason
}

// dialer is what makes the dialer for a target, and why it needs one; nil: event loops can read its clients' TCP sockets.
func (p Protocol) dialer(t wire.Target) (dialer func() fleet.Dialer, reason string) {
	switch {
	case p.Dialer != nil:
		return p.Dialer, "QUIC"
	case t.UDP:
		return func() fleet.Dialer { return h3.New() }, "QUIC"
	case t.Streams > 0:
		return func() fleet.Dialer { return h2.New() }, "HTTP/2"
	case t.Gzip:
		return func() fleet.Dialer { return gunzip.New() }, "gzip"
	case t.TLS && t.Path == "": // no HTTP
		return func() fleet.Dialer { return secure.New() }, "TLS"
	case t.TLS:
		return func() fleet.Dialer { return secure.New("http/1.1") }, "TLS"
	default:
		return nil, ""
	}
}
