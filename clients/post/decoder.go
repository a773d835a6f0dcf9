// Package post is how a client speaks whose subscription flows one way: on a second connection, each message the body of a
// POST, which 204 confirms.
//
// It is a decoder like those of subscriptions, and the fleet drives it like one. HTTP/1.1 without pipelining, as browsers
// speak it: a message waits until the one before is confirmed. The connection opens with a POST that has no body: behind its
// answer the connection stands, and is kept.
package post

import (
	"cmp"
	"fmt"
	"io"
	"strconv"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder speaks on one connection.
type Decoder struct {
	http1.Exchange
	head string // of every request, up to the length of its body
	sent []byte // begin of the message that waits for its answer: what confirms it; nil of the first request
	tail []byte // of a response head that has come in part
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request that opens it.
func (d *Decoder) Open(t wire.Target, _ uint64) []byte {
	path := cmp.Or(t.Path, "/")
	*d = Decoder{head: "POST " + path + " HTTP/1.1\r\nHost: " + t.Address + "\r\nContent-Type: text/plain\r\nContent-Length: "}
	return d.request(nil)
}

func (d *Decoder) request(body []byte) []byte {
	r := make([]byte, 0, len(d.head)+len(body)+8)
	r = append(r, d.head...)
	r = strconv.AppendInt(r, int64(len(body)), 10)
	r = append(r, "\r\n\r\n"...)
	return append(r, body...)
}

// Ready reports whether a message can be sent now: the one before is confirmed.
func (d *Decoder) Ready() bool { return d.Idle() }

// Uplink returns the request that sends a message, which the decoder keeps until the answer. It must be ready.
func (d *Decoder) Uplink(message []byte) []byte {
	d.Ask()
	d.sent = message[:min(len(message), wire.UplinkSize)]
	return d.request(message)
}

// Feed takes the next bytes of the connection. It emits a greeting when the connection stands, and what confirms a message
// when it is answered. It never replies.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	rest, err := d.Exchange.Feed(in, &d.tail, accept, func([]byte) error { return nil })
	if err == io.EOF { //nolint:errorlint // an Exchange returns it bare
		d.confirm(emit)
		err = d.Kept(rest)
	}
	return nil, err
}

// confirm says what the answer meant.
func (d *Decoder) confirm(emit func(payload []byte)) {
	sent := d.sent
	d.sent = nil
	if sent == nil {
		emit(wire.Payload(wire.Stamp{}, 0))
		return
	}
	emit(sent)
}

// accept checks a response: done, and nothing to say.
func accept(r *http1.Response) error {
	if r.Status != 204 && r.Status != 200 && r.Status != 202 {
		return fmt.Errorf("post: status %d, want 204", r.Status)
	}
	return nil
}

// EOF says whether the server may close the connection here: while it owes no answer, as what asks for one may not be sent again.
func (d *Decoder) EOF() error {
	if !d.Idle() {
		return fmt.Errorf("post: before the answer: %w", io.ErrUnexpectedEOF)
	}
	return nil
}
