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

	"github.com/pushbench/pushbench/servers/hub"
)

// Lane is one contestant. Its tag is default, as its documentation shows it; idiomatic, as tutorials write it, at what that
// costs; tuned, as an expert ships it; or floor, what the kernel asks for.
type Lane struct {
	Name      string
	Transport string
	Tag       string   // default: as its documentation shows it; idiomatic: as examples and tutorials do; tuned: as an expert ships it; floor: what the kernel asks for
	Path      string   // of the subscription, with a leading slash; empty for raw TCP
	About     string   // one phrase for lists and reports
	Notes     []string // sentences for reports: what one would not expect of it, with the run's own figures (results.FillNote)
	Stated    Stated
	Encode    func(hub.Message) any // once per message; nil: for each client
	Serve     func(context.Context, net.Listener, *hub.Hub, Params) error
	ServeUDP  func(context.Context, net.PacketConn, *hub.Hub, Params) error // in place of Serve: from a UDP socket, which it closes

	Streams int // subscriptions that share an HTTP/2 connection; 0: it is not HTTP/2

	TLS   bool   // subscribers connect with TLS 1.3
	NoTLS string // why option +tls cannot make it so; empty: it can

	Sessionless bool // holds no subscription between the requests of a client: there is no subscriber to count, and no connection to cut
	Unreliable  bool // sends nothing again: where there is too much, messages are lost, and the load counts them; sizes may overtake one another

	// What options add.
	Options []Option                // in the order of the name
	Wrap    func(hub.Sink) hub.Sink // around the sink of each connection
	Delay   time.Duration           // before each message is published

	From    string   // the lane this one is a variation of; empty: of none
	Differs []string // names of the settings in which it differs from that one, and no other
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
// does not show (settings.go).
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
	return slices.Concat(websocketLanes(), sseLanes(), requestLanes(), webTransportLanes(), tcpLanes())
}
