package servers

import (
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/internal/lane"
)

// Settings that others know by name.
const (
	SettingTransport  = "transport"                 // in Differs alone: a lane has its transport beside its settings
	SettingGoroutines = "goroutines per connection" // measured too
)

// settings are what a lane sets for itself: what its code says, and what its row states beside it. All lanes have the
// same names in the same order.
func (l Lane) settings() []lane.Setting {
	encoding := "once per message"
	if l.Encode == nil {
		encoding = "for each client"
	}
	goroutines := fmt.Sprintf("%.3g", l.Stated.Goroutines)
	if l.Stated.Roles != "" {
		goroutines += " (" + l.Stated.Roles + ")"
	}
	return []lane.Setting{
		{Name: "connection", Value: l.connection()},
		{Name: "router", Value: l.Stated.Router},
		{Name: SettingGoroutines, Value: goroutines, Metric: "goroutines_per_connection", Number: l.Stated.Goroutines},
		{Name: "buffers per connection", Value: l.Stated.Buffers},
		{Name: "encoding", Value: encoding},
		{Name: "binary payloads", Value: l.binary()},
		{Name: "write to the kernel", Value: l.Stated.Flush},
		{Name: "heartbeat bytes", Value: l.Stated.Heartbeat},
		{Name: lane.SettingCompression, Value: l.Stated.Compression},
		{Name: "close", Value: l.Stated.Close},
		{Name: "TLS", Value: l.tlsSetting()},
		{Name: "uplink", Value: l.uplink()},
	}
}

// uplink is how a message of a subscriber comes to the server, and how it is confirmed.
func (l Lane) uplink() string {
	switch {
	case !l.TakesUplinks():
		return "none"
	case l.posts() && (l.Streams > 0 || l.UDP):
		return "POST on a stream of the subscription's own connection, answered 204"
	case l.posts():
		return "POST on a second connection, kept alive, answered 204"
	default:
		return "frame on the subscription's connection, confirmed by one"
	}
}

// TakesUplinks reports whether subscribers can send messages.
func (l Lane) TakesUplinks() bool {
	return l.posts() || l.Transport == "websocket" || l.Transport == "tcp"
}

// posts reports whether they do by HTTP, because the subscription flows one way. A connection whose streams all carry
// subscriptions has none left for that.
func (l Lane) posts() bool {
	switch l.Transport {
	case "sse", "ndjson", "longpoll", "poll":
		return l.Streams < mostStreams
	default:
		return false
	}
}

// connection is what a subscription holds, which is what figures call a connection.
func (l Lane) connection() string {
	if l.UDP {
		return "QUIC, one a subscription; one UDP socket for all"
	}
	switch l.Streams {
	case 0:
		return "TCP, one a subscription"
	case 1:
		return "HTTP/2, one a subscription"
	default:
		return fmt.Sprintf("HTTP/2, one for %d subscriptions", l.Streams)
	}
}

// MaxConnectRate is how many subscriptions a second one CPU of the load can open and still have half of it free, where handshakes
// are expensive: over HTTP/2 one takes the client 0.5 ms, with TLS up to 1.8 ms, and a session of QUIC up to 3.3 ms (2 cores,
// November 2026). 0 is any number: what a scenario asks for.
func (l Lane) MaxConnectRate() float64 {
	switch {
	case l.UDP:
		return 100
	case l.TLS:
		return 300 * float64(max(l.Streams, 1))
	case l.Streams > 0:
		return 1000 * float64(l.Streams)
	default:
		return 0
	}
}

// binary is how a payload that is no text travels: a protocol of text pays for it.
func (l Lane) binary() string {
	switch l.Transport {
	case "websocket":
		return "frames of type binary"
	case "sse", "ndjson", "longpoll", "poll":
		return "base64, 4 bytes for 3"
	default:
		return "as they are"
	}
}

// tlsSetting is what a handshake agrees on: Go's defaults, which the client is free to narrow and does not.
func (l Lane) tlsSetting() string {
	if !l.TLS {
		return "off"
	}
	setting := "1.3, X25519MLKEM768, ECDSA P-256"
	if protocols := l.alpn(); len(protocols) > 0 {
		setting += ", ALPN " + strings.Join(protocols, ", ")
	}
	return setting
}
