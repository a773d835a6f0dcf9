package websocket

import (
	"cmp"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // section 4.2.2 names it, and not for secrecy
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
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
	path := t.Path
	if path == "" {
		path = "/"
	}
	r := make([]byte, 0, 384)
	r = append(r, "GET "...)
	r = append(r, path...)
	separator := byte('?')
	if strings.Contains(path, "?") {
		separator = '&'
	}
	if after != wire.Live {
		r = append(append(r, separator), "after="...)
		r = strconv.AppendUint(r, after, 10)
		separator = '&'
	}
	if t.Uplink {
		r = append(append(r, separator), "uplink=1"...)
	}
	r = append(r, " HTTP/1.1\r\nHost: "...)
	r = append(r, cmp.Or(t.Host, t.Address)...)
	r = append(r, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: "+offer+"\r\nSec-WebSocket-Key: "...)
	r = base64.StdEncoding.AppendEncode(r, key[:])
	r = append(append(r, "\r\n"...), t.Header...)
	return append(r, "\r\n"...)
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
	case r.Get("Sec-WebSocket-Protocol") != "":
		return fmt.Errorf("websocket: subprotocol %.80q was not asked for", r.Get("Sec-WebSocket-Protocol"))
	}
	d.held = nil
	if compressed.on {
		d.marks |= deflates
	}
	if compressed.on && compressed.takeover {
		d.held = &held{window: newWindow(compressed.bits)}
	}
	return nil
}
