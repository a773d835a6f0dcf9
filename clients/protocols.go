// Package clients is the load process: an agent that joins the conductor's message bus and drives one fleet.
//
// The pipeline of a process: bus -> agent -> fleet -> engine -> socket -> decoder -> recorder -> report on the bus.
//
// To add a transport: write its decoder in a folder of its own and add the row below.
package clients

import (
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/clients/poll"
	"github.com/pushbench/pushbench/clients/sse"
	"github.com/pushbench/pushbench/clients/tcp"
	"github.com/pushbench/pushbench/clients/websocket"
)

// Protocol is a transport's client side.
type Protocol struct {
	Transport string
	Decoder   func() fleet.Decoder
}

// Protocols is the table of client protocols.
func Protocols() []Protocol {
	return []Protocol{
		{"websocket", func() fleet.Decoder { return websocket.New() }},
		{"sse", func() fleet.Decoder { return sse.New() }},
		{"tcp", func() fleet.Decoder { return tcp.New() }},
		{"ndjson", func() fleet.Decoder { return ndjson.New() }},
		{"longpoll", func() fleet.Decoder { return poll.Long() }},
		{"poll", func() fleet.Decoder { return poll.Short() }},
	}
}

// ProtocolByTransport finds a row of the table.
func ProtocolByTransport(transport string) (Protocol, bool) {
	for _, p := range Protocols() {
		if p.Transport == transport {
			return p, true
		}
	}
	return Protocol{}, false
}
