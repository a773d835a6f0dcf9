package websocket

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
)

// offer asks for compressed messages (RFC 7692), as every browser does: the server takes it up or not. Without a window
// that lives from one message to the next a connection costs the load no memory (section 7.1.1.1); a server that must keep
// one can take what browsers offer. What the client sends is never compressed, so that the server may limit the client's
// window as it likes (section 7.1.2.2).
const offer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits, " +
	"permessage-deflate; client_max_window_bits"

// The parameters of an answer (section 7.1).
const (
	serverNoTakeover = "server_no_context_takeover"
	clientNoTakeover = "client_no_context_takeover"
	serverWindow     = "server_max_window_bits"
	clientWindow     = "client_max_window_bits"
)

// windowBits is the server's window where it does not say (section 7.1.2.1).
const windowBits = 15

// compression is what the server made of the offer.
type compression struct {
	on       bool
	takeover bool // its window lives from one message to the next
	bits     int  // of that window
}

// negotiated reads the server's answer to the offer (section 7.1).
func negotiated(r *http1.Response) (compression, error) {
	c := compression{bits: windowBits}
	answer := ""
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, "Sec-WebSocket-Extensions") && f.Value != "" {
			if answer != "" {
				return c, fmt.Errorf("websocket: extensions %.80q and %.80q, only one was offered", answer, f.Value)
			}
			answer = f.Value
		}
	}
	if answer == "" {
		return c, nil
	}
	name, parameters, more := strings.Cut(answer, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return c, fmt.Errorf("websocket: extension %.80q was not asked for", answer)
	}
	c.on, c.takeover = true, true
	given := map[string]bool{}
	for more {
		var p string
		p, parameters, more = strings.Cut(parameters, ";")
		name, err := c.parameter(p)
		if err == nil && given[name] {
			err = fmt.Errorf("parameter %q is there twice", name)
		}
		if err != nil {
			return compression{}, fmt.Errorf("websocket: extension %.200q: %w", answer, err)
		}
		given[name] = true
	}
	return c, nil
}

// parameter takes one of the answer.
func (c *compression) parameter(p string) (name string, err error) {
	name, value, valued := strings.Cut(p, "=")
	name = strings.Trim(name, " \t")
	switch name {
	case serverNoTakeover, clientNoTakeover:
		if valued {
			return name, fmt.Errorf("parameter %s has a value", name)
		}
		if name == serverNoTakeover {
			c.takeover = false
		}
	case serverWindow, clientWindow:
		bits, ok := windowOf(unquoted(strings.Trim(value, " \t")))
		if !ok {
			return name, fmt.Errorf("parameter %.80q: want a number from 8 to 15 behind it", p)
		}
		if name == serverWindow {
			c.bits = bits
		}
	default:
		return name, fmt.Errorf("parameter %.80q was not offered", p)
	}
	return name, nil
}

// windowOf reads a number from 8 to 15 without leading zeros (sections 7.1.2.1 and 7.1.2.2).
func windowOf(value string) (bits int, ok bool) {
	bits, err := strconv.Atoi(value)
	return bits, err == nil && 8 <= bits && bits <= windowBits && value == strconv.Itoa(bits)
}

// unquoted is what a quoted string stands for (RFC 9110 section 5.6.4); anything else is itself.
func unquoted(value string) string {
	inner, ok := strings.CutPrefix(value, `"`)
	if !ok || !strings.HasSuffix(inner, `"`) {
		return value
	}
	var b strings.Builder
	inner = inner[:len(inner)-1]
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}
