package servers

import (
	"fmt"
	"strings"
)

// Setting is one line of a lane's column of the fairness table.
type Setting struct{ Name, Value string }

// Settings that others know by name.
const (
	SettingTransport  = "transport"
	SettingGoroutines = "goroutines per connection" // measured too
)

// Settings are what a lane sets for itself: what its code says, and what its row states beside it. All lanes have the
// same names in the same order.
func (l Lane) Settings() []Setting {
	encoding := "once per message"
	if l.Encode == nil {
		encoding = "for each client"
	}
	goroutines := fmt.Sprint(l.Knobs.Goroutines)
	if l.Knobs.Roles != "" {
		goroutines += " (" + l.Knobs.Roles + ")"
	}
	return []Setting{
		{SettingTransport, l.Transport},
		{"router", l.Knobs.Router},
		{SettingGoroutines, goroutines},
		{"buffers per connection", l.Knobs.Buffers},
		{"encoding", encoding},
		{"binary payloads", l.binary()},
		{"write to the kernel", l.Knobs.Flush},
		{"heartbeat bytes", l.Knobs.Heartbeat},
		{"compression", l.Knobs.Compression},
		{"close", l.Knobs.Close},
		{"TLS", l.tlsKnob()},
	}
}

func (l Lane) tlsKnob() string {
	switch speaks := l.speaks(); {
	case !l.TLS:
		return "off"
	case len(speaks) == 0:
		return "1.3, ECDSA P-256"
	default:
		return "1.3, ECDSA P-256, ALPN " + strings.Join(speaks, ", ")
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
