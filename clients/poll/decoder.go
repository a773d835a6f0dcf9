// Package poll is the client of long and short polling: it asks for what has come after the last message it has, reads the
// answer, and asks again on the same connection.
//
// It is one of the decoders the fleet feeds with what it reads from a socket. Long polling asks again at once: the next
// request is the reply to an answer. Short polling asks when the fleet says that it is time.
package poll

import (
	"errors"
	"io"
	"time"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/clients/ndjson"
	"github.com/pushbench/pushbench/internal/wire"
)

// ErrGone is how a server says that it has forgotten messages the client has not seen: status 410.
var ErrGone = errors.New("poll: status 410: the history does not reach back so far")

// Decoder reads one connection.
type Decoder struct {
	http1.Exchange
	ndjson.Lines
	short  bool // the next request waits until Poll is called
	target wire.Target
	after  uint64 // the last message there is
}

// Long returns a decoder that asks again at once.
func Long() *Decoder { return &Decoder{} }

// Short returns a decoder that asks at the interval of its target.
func Short() *Decoder { return &Decoder{short: true} }

// Open begins a connection and returns the first request.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	// A line that is passed over would be asked for again.
	lines := ndjson.Lines{Limit: t.Limit, Strict: true}
	*d = Decoder{Lines: lines, short: d.short, target: t, after: after}
	return d.request()
}

// Poll returns the next request; nil while one is under way, or when the connection has ended.
func (d *Decoder) Poll() []byte {
	if !d.Idle() {
		return nil
	}
	d.Ask()
	return d.request()
}

func (d *Decoder) request() []byte {
	greet := "greet=1"
	if d.Head() { // one was asked for on this connection
		greet = ""
	}
	return http1.Request(d.target, d.after, greet, "Accept: application/x-ndjson")
}

// Every is the interval of short polling; 0 where the reply to an answer is the next request, as it is to ask without rest.
func (d *Decoder) Every() time.Duration {
	if !d.short {
		return 0
	}
	return d.target.Every
}

// Feed takes the next bytes of the connection and emits the payloads of the lines that are complete. It replies with the
// next request, unless polling is short.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	rest, err := d.Exchange.Feed(in, &d.Tail, accept, func(piece []byte) error { return d.Lines.Feed(piece, &d.after, emit) })
	if err == io.EOF { //nolint:errorlint // an Exchange returns it bare
		err = d.answered(rest)
	}
	switch {
	case err != nil:
		d.Forget()
		return nil, err
	case d.Every() > 0:
		return nil, nil
	default:
		return d.Poll(), nil
	}
}

// answered takes the end of an answer.
func (d *Decoder) answered(rest []byte) error {
	if len(d.Tail) > 0 {
		return d.Fail(errors.New("poll: the answer ends within a line"))
	}
	return d.Kept(rest)
}

// accept checks a response: 200 with lines, or 204 with nothing.
func accept(r *http1.Response) error {
	switch r.Status {
	case 204:
		return nil
	case 410:
		return ErrGone
	}
	return ndjson.Accept(r)
}
