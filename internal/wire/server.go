package wire

import (
	"crypto/rand"
	"fmt"
	"net/netip"
	"net/url"
	"time"
)

// Ready is the one line of JSON a server prints on stdout when it accepts connections.
type Ready struct {
	Lane    string `json:"lane"`
	PID     int    `json:"pid"`
	URL     string `json:"url"`     // where subscribers connect
	Control string `json:"control"` // base URL of the control API, on a port of its own
	Token   string `json:"token"`   // bearer token of the control API
	Target         // the same for a client

	Sources netip.Prefix `json:"sources,omitzero"` // of a link: addresses that clients behind it may have
}

// Identity is what the certificate of a server is made of: the processes of one server share it.
type Identity struct {
	Secret []byte    `json:"secret"` // the key, a scalar of P-256
	Issued time.Time `json:"issued"`
}

// NewIdentity returns a fresh one.
func NewIdentity() Identity {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)                            // it never fails
	return Identity{Secret: secret, Issued: time.Now()} //nolint:forbidigo // a date, no latency
}

// Target is where and how a client subscribes.
type Target struct {
	Transport string `json:"transport"`
	Address   string `json:"address"` // host:port
	Path      string `json:"path"`    // with query; empty for raw TCP

	Every  time.Duration `json:"every,omitempty"`  // between two requests of a client that polls
	Uplink bool          `json:"uplink,omitempty"` // the client will send messages
	Limit  Limit         `json:"limit,omitempty"`  // of one message

	Host   string `json:"host,omitempty"`   // as the request's head names the server; empty: Address
	Header string `json:"header,omitempty"` // lines of the request's head besides those of the protocol, each with its CRLF

	Method       string `json:"method,omitempty"`       // of the request that subscribes; empty: GET
	Body         string `json:"body,omitempty"`         // of that request
	Subprotocols string `json:"subprotocols,omitempty"` // that a WebSocket offers, joined by ", "; empty: none

	Clients  *Clients  `json:"clients,omitempty"`  // what differs between clients; nil: nothing
	Before   *Before   `json:"before,omitempty"`   // the request that goes before the subscription; nil: none
	Dialogue *Dialogue `json:"dialogue,omitempty"` // what clients say of their own; nil: nothing

	External *External `json:"external,omitempty"` // nil: a server of this module

	Unreliable bool `json:"unreliable,omitempty"` // messages may be lost, and those of one size overtake those of another

	UDP         bool   `json:"udp,omitempty"`         // it speaks QUIC: one UDP socket serves all subscribers
	TLS         bool   `json:"tls,omitempty"`         // whatever the scheme of the URL
	Certificate string `json:"certificate,omitempty"` // PEM; the one to trust, and no other, where Trust is nil
	Trust       *Trust `json:"trust,omitempty"`       // of a server that is not ours
	Resume      bool   `json:"resume,omitempty"`      // a client that comes back resumes its TLS session
	Gzip        bool   `json:"gzip,omitempty"`        // subscribers offer gzip for the stream, as browsers do
	Streams     int    `json:"streams,omitempty"`     // subscriptions on one HTTP/2 connection; 0: each has a connection of its own, without HTTP/2
}

// TargetOf is the address and the path of a URL.
func TargetOf(address string) (Target, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Target{}, fmt.Errorf("server url %q: %w", address, err)
	}
	path := u.RequestURI()
	if u.Path == "" && u.RawQuery == "" {
		path = "" // RequestURI has a slash for nothing
	}
	return Target{Address: u.Host, Path: path}, nil
}

// Live is the sequence number to resume after that subscribes from the next message on.
const Live = ^uint64(0)

// Broadcast asks a server to publish Count messages of Size bytes, Rate a second, on a fixed schedule.
type Broadcast struct {
	Rate    float64 `json:"rate"`
	Count   int     `json:"count"`
	Size    int     `json:"size"`
	Payload string  `json:"payload,omitempty"` // as in Content
	Seed    uint64  `json:"seed,omitempty"`
	Mark    Mark    `json:"mark,omitempty"` // as in Content
}

// Content is what its messages carry.
func (b Broadcast) Content() Content {
	return Content{Payload: b.Payload, Size: b.Size, Seed: b.Seed, Mark: b.Mark}
}

// Published is the result of a broadcast.
type Published struct {
	After    uint64    `json:"after"`           // sequence number before the first message
	Through  uint64    `json:"through"`         // sequence number of the last message
	Lateness Histogram `json:"lateness"`        // publish time minus intended time
	Waits    Histogram `json:"waits"`           // of goroutines for a processor while it ran
	Intended int64     `json:"intended"`        // mean of the intended times, on Now's clock in ns
	Last     int64     `json:"last"`            // intended time of the last message
	Given    []Given   `json:"given,omitempty"` // what each server process was given, by server and process; nil: the server numbers its messages itself
	Answer   string    `json:"answer"`          // what a server that is not ours answered to the last request that published; printable
}

// Stats are the server's own figures by name: runtime/metrics under their Go names, the hub's counters under "hub/",
// those of what clients sent under "uplink/".
type Stats map[string]float64

// Check is the error of a broadcast; nil: none.
func (b Broadcast) Check() error {
	switch {
	case !(b.Rate > 0 && b.Rate <= MaxRate):
		return fmt.Errorf("broadcast: rate %v is not in (0, %g] messages per second", b.Rate, MaxRate)
	case b.Count < 1 || b.Count > MaxCount:
		return fmt.Errorf("broadcast: count %d is not in [1, %d]", b.Count, MaxCount)
	}
	if err := b.Content().Check(); err != nil {
		return fmt.Errorf("broadcast: %w", err)
	}
	return nil
}

// Bounds of a broadcast.
const (
	MaxRate  = 1e6     // messages per second
	MaxCount = 100_000 // messages
	MaxSize  = 1 << 20 // bytes
)
