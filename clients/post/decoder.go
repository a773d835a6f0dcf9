// Package post is how a client speaks whose subscription flows one way: on a second connection, each message the body of a
// POST, which 204 confirms.
//
// It is a decoder like those of subscriptions, and the fleet drives it like one. HTTP/1.1 without pipelining, as browsers
// speak it: a message waits until the one before is confirmed. The connection opens with a POST that has no body: behind its
// answer the connection stands, and is kept.
package post

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

var (
	errFailed  = errors.New("post: fed after an error")
	errUnasked = errors.New("post: an answer nobody asked for")
)

// Decoder speaks on one connection.
type Decoder struct {
	head   string // of every request, up to the length of its body
	sent   []byte // begin of the message that waits for its answer: what confirms it; nil of the first request
	body   http1.Body
	tail   []byte // of a response head that has come in part
	phase  phase
	opened bool // a request has been answered
	last   bool // the server closes behind this answer
}

// phase is where the connection stands.
type phase uint8

const (
	idle   phase = iota // no request is under way
	asked               // nothing of the answer is there
	inHead              // a part of its head is
	inBody
	ended
)

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request that opens it.
func (d *Decoder) Open(t wire.Target, _ uint64) []byte {
	path := t.Path
	if path == "" {
		path = "/"
	}
	*d = Decoder{head: "POST " + path + " HTTP/1.1\r\nHost: " + t.Address + "\r\nContent-Type: text/plain\r\nContent-Length: "}
	return d.request(nil)
}

func (d *Decoder) request(body []byte) []byte {
	d.phase = asked
	r := make([]byte, 0, len(d.head)+len(body)+8)
	r = append(r, d.head...)
	r = strconv.AppendInt(r, int64(len(body)), 10)
	r = append(r, "\r\n\r\n"...)
	return append(r, body...)
}

// Ready reports whether a message can be sent now: the one before is confirmed.
func (d *Decoder) Ready() bool { return d.phase == idle }

// Uplink returns the request that sends a message, which the decoder keeps until the answer. It must be ready.
func (d *Decoder) Uplink(message []byte) []byte {
	d.sent = message[:min(len(message), wire.UplinkSize)]
	return d.request(message)
}

// Head reports whether a response was accepted.
func (d *Decoder) Head() bool { return d.opened }

// Feed takes the next bytes of the connection. It emits a greeting when the connection stands, and what confirms a message
// when it is answered. It never replies.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	for len(in) > 0 {
		switch d.phase {
		case idle:
			return nil, d.fail(errUnasked)
		case ended:
			return nil, errFailed
		case asked, inHead:
			d.phase = inHead
			r, rest, err := http1.ReadHead(&d.tail, in)
			if err != nil {
				return nil, d.fail(err)
			}
			if r == nil {
				return nil, nil
			}
			if err := d.accept(r); err != nil {
				return nil, d.fail(err)
			}
			in = rest
		case inBody:
		}
		if in, err = d.skip(in); err != nil {
			return nil, d.fail(err)
		}
		if d.phase == idle {
			d.confirm(emit)
		}
	}
	if d.phase == idle && d.last {
		return nil, d.fail(io.EOF)
	}
	return nil, nil
}

// skip passes over a body and returns what stands behind it.
func (d *Decoder) skip(in []byte) (rest []byte, err error) {
	for {
		_, rest, err = d.body.Next(in)
		switch {
		case err == io.EOF: //nolint:errorlint // a Body returns it bare
			d.phase = idle
			return rest, nil
		case err != nil:
			return nil, err
		case len(rest) == 0:
			return nil, nil
		}
		in = rest
	}
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
func (d *Decoder) accept(r *http1.Response) (err error) {
	if r.Status != 204 && r.Status != 200 && r.Status != 202 {
		return fmt.Errorf("post: status %d, want 204", r.Status)
	}
	d.last = r.Minor == 0 || r.Has("Connection", "close")
	d.opened, d.phase = true, inBody
	d.body, err = r.Body()
	return err
}

func (d *Decoder) fail(err error) error {
	d.phase, d.tail, d.sent = ended, nil, nil
	return err
}

// Close returns the bytes that end the connection: none, the socket is just closed.
func (d *Decoder) Close() []byte { return nil }

// EOF says whether the server may close the connection here: while it owes no answer.
func (d *Decoder) EOF() error {
	switch d.phase {
	case asked, inHead, inBody:
		return fmt.Errorf("post: before the answer: %w", io.ErrUnexpectedEOF)
	case idle, ended:
	}
	return nil
}
