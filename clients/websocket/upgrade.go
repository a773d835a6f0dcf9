package websocket

import (
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // section 4.2.2 names it, and not for secrecy
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
)

// nonce is the random part of Sec-WebSocket-Key (section 4.1, item 7).
type nonce [16]byte

func newNonce() (n nonce) {
	_, _ = rand.Read(n[:]) // never fails
	return n
}

// accept returns what the server must answer to the key (section 4.2.2, item 5.4).
func (n nonce) accept() string {
	key := base64.StdEncoding.EncodeToString(n[:])
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

// request returns the opening handshake (section 4.1). HTTP has no field to resume a WebSocket with, so the sequence
// number goes into the query, and with it whether the client will send messages.
func request(t wire.Target, after uint64, key nonce) []byte {
	uplink := ""
	if t.Uplink {
		uplink = "uplink=1"
	}
	lines := []string{
		"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Extensions: " + offer,
		"Sec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key[:]),
	}
	if t.Subprotocols != "" {
		lines = append(lines, "Sec-WebSocket-Protocol: "+t.Subprotocols)
	}
	return http1.Request(t, after, uplink, lines...)
}

// offered reports whether a subprotocol is one of a list. Who offers some fails a connection without one (WebSocket standard, section 2).
func offered(list, subprotocol string) bool {
	for one := range strings.SplitSeq(list, ", ") {
		if one == subprotocol {
			return true
		}
	}
	return false
}

// accept checks the server's handshake (section 4.1, the list at its end).
func (d *Decoder) accept(r *http1.Response, key nonce) error {
	compressed, err := negotiated(r)
	redirect := r.Redirect()
	switch {
	case redirect != nil:
		return fmt.Errorf("websocket: status %d redirects to %.200q, and a WebSocket does not follow: write that into the lane file", redirect.Status, secret.Mask(redirect.Location))
	case r.Status != 101:
		return fmt.Errorf("websocket: status %d, want 101", r.Status)
	case !strings.EqualFold(r.Get("Upgrade"), "websocket"):
		return fmt.Errorf("websocket: header Upgrade is %.80q, want websocket", r.Get("Upgrade"))
	case !r.Has("Connection", "upgrade"):
		return fmt.Errorf("websocket: header Connection is %.80q, want upgrade", r.Get("Connection"))
	case r.Get("Sec-WebSocket-Accept") != key.accept():
		return errors.New("websocket: header Sec-WebSocket-Accept does not match the key")
	case err != nil:
		return err
	case d.partial.subprotocols == "" && r.Get("Sec-WebSocket-Protocol") != "":
		return fmt.Errorf("websocket: subprotocol %.80q was not asked for", r.Get("Sec-WebSocket-Protocol"))
	case d.partial.subprotocols != "" && !offered(d.partial.subprotocols, r.Get("Sec-WebSocket-Protocol")):
		return fmt.Errorf("websocket: subprotocol %.80q, want one of %s, as browsers do", r.Get("Sec-WebSocket-Protocol"), d.partial.subprotocols)
	}
	d.partial = nil
	if compressed.on {
		d.marks |= deflates
	}
	if compressed.on && compressed.takeover {
		d.partial = &partial{window: newWindow(compressed.bits)}
	}
	return nil
}
