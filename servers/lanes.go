// Package servers is the thing measured: one fresh process serves one lane with the hub that all lanes share.
//
// The pipeline of a process: publisher -> hub -> delivery loop of each connection -> a transport's sink -> socket. The
// coordinator reaches it through the control API on a port of its own. Two lanes differ by one row of the table and
// one file in a transport's folder; everything else is the same code.
//
// To add a lane: write the file that mounts the hub on a listener or on gin, add the row behind those of its transport, in
// lanes_*.go, run make test-all.
package servers

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/servers/hub"
)

// Lane is a row of the table: what everybody may know of it, what it states, and how it is served.
type Lane struct {
	lane.Lane // Row, UDP and Settings are filled in

	Stated   Stated
	Encode   func(hub.Message) any // once per message; nil: for each client
	Serve    func(context.Context, net.Listener, *hub.Hub, Params) error
	ServeUDP func(context.Context, net.PacketConn, *hub.Hub, Params) error // in place of Serve: from a UDP socket, which it closes
	NoTLS    string                                                        // why option +tls cannot make it so; empty: it can

	// What options add.
	Wrap  func(hub.Sink) hub.Sink // around the sink of each connection
	Delay time.Duration           // before each message is published
}

// Params are what a lane needs besides the hub; all lanes of a trial get the same.
type Params struct {
	Path    string
	Policy  hub.Policy
	Post    http.Handler  // of messages of subscribers, on the same router; nil: they come otherwise
	TLS     *tls.Config   // of a lane with TLS: for its listener
	Unacked time.Duration // of a lane on UDP, whose socket has no such option: how long a peer may be silent; 0: the lane's default
}

// Stated is what a lane states for the fairness table: everything that could make a comparison unfair and that its code
// does not say by itself (settings.go).
type Stated struct {
	Router      string  // takes the request
	Goroutines  float64 // per subscription, with its share of a connection's; the measured number must be the same
	Roles       string  // of these goroutines
	Buffers     string  // per connection, in user space
	Flush       string  // when bytes go to the kernel
	Heartbeat   string  // bytes of one
	Compression string
	Close       string // how the server ends a connection
}

// Lanes is the table of lanes: one part a transport, each in a file of its own. The first lane of all is
// the usual baseline.
func Lanes() []Lane {
	all := slices.Concat(websocketLanes(), sseLanes(), requestLanes(), webTransportLanes(), tcpLanes())
	row := map[string]int{}
	for i := range all {
		l := &all[i]
		l.Row, l.UDP, l.Settings = row[l.Transport], l.ServeUDP != nil, l.settings()
		row[l.Transport]++
	}
	return all
}
