// Package sse decodes server-sent events: the HTTP response, then the event stream of the WHATWG HTML standard,
// section 9.2 "Server-sent events" (https://html.spec.whatwg.org/multipage/server-sent-events.html).
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the data of each event goes on to the
// recorder. It keeps to the rules an EventSource keeps to, because a server is judged by what browsers accept, but it
// holds no buffer while no event is split over reads: thousands of connections share one load generator.
package sse

import (
	"errors"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// DefaultLimit is the largest event held by a Decoder whose Limit is zero, in bytes.
const DefaultLimit = 16 << 20

var (
	errFailed = errors.New("sse: fed after an error")
	errLimit  = errors.New("sse: event is over the limit")
)

// Decoder reads one connection. The zero value is ready to use.
type Decoder struct {
	Limit int // most bytes of one event's data and the line under way; zero means DefaultLimit

	// tail is what input that is gone has left behind; nil when that is nothing. First the head, while that is
	// incomplete. Then tail[:joined], the data of the event so far with an LF behind each line, and a line without an
	// end.
	tail   []byte
	joined int
	body   http1.Body

	id     []byte // "last event ID string"
	nextID []byte // "last event ID buffer": becomes id when the event is dispatched, if hasID
	retry  time.Duration

	phase    phase
	head     bool // the response head was accepted
	hasID    bool
	hasRetry bool
	begun    bool // the first line, which may begin with a BOM, is over
	afterCR  bool // an LF that comes next belongs to the CR before it
}

type phase uint8

const (
	inHead phase = iota
	inBody
	done
	failed
)

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request to send. The reconnection time of an earlier connection stays.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	*d = Decoder{Limit: d.Limit, retry: d.retry, hasRetry: d.hasRetry}
	path := t.Path
	if path == "" {
		path = "/"
	}
	r := make([]byte, 0, 160)
	r = append(r, "GET "...)
	r = append(r, path...)
	r = append(r, " HTTP/1.1\r\nHost: "...)
	r = append(r, t.Address...)
	r = append(r, "\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n"...)
	if after != wire.Live {
		d.id = strconv.AppendUint(nil, after, 10)
		r = append(r, "Last-Event-ID: "...)
		r = append(r, d.id...)
		r = append(r, "\r\n"...)
	}
	return append(r, "\r\n"...)
}

// Head reports whether the response head was accepted.
func (d *Decoder) Head() bool { return d.head }

// LastEventID returns the id of the last event that set one, or the sequence number Open resumed after.
func (d *Decoder) LastEventID() string { return string(d.id) }

// Retry returns the reconnection time the server asked for.
func (d *Decoder) Retry() (time.Duration, bool) { return d.retry, d.hasRetry }

// Feed takes the next bytes of the connection and emits the data of the events that are complete. It never replies. The
// error is io.EOF when the body has ended; an event without its empty line is then dropped.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	switch d.phase {
	case inHead:
		r, rest, err := http1.ReadHead(&d.tail, in)
		if err == nil && r == nil {
			return nil, nil
		}
		if err == nil {
			d.body, err = accept(r)
		}
		if err != nil {
			return nil, d.end(failed, err)
		}
		d.phase, d.head, in = inBody, true, rest
	case done:
		return nil, io.EOF
	case failed:
		return nil, errFailed
	}
	for {
		piece, rest, err := d.body.Next(in)
		if len(piece) > 0 {
			if err := d.events(piece, emit); err != nil {
				return nil, d.end(failed, err)
			}
		}
		if err == io.EOF { //nolint:errorlint // a Body returns it bare
			return nil, d.end(done, err)
		}
		if err != nil {
			return nil, d.end(failed, err)
		}
		if len(rest) == 0 {
			break
		}
		in = rest
	}
	if len(d.tail) == 0 {
		d.tail = nil
	}
	return nil, nil
}

func (d *Decoder) end(p phase, err error) error {
	d.phase, d.tail = p, nil
	return err
}

// Close returns the bytes that end the connection: none, the socket is just closed.
func (d *Decoder) Close() []byte { return nil }

// EOF says whether the server may close the connection here.
func (d *Decoder) EOF() error {
	switch d.phase {
	case inHead:
		return errHeadCut
	case inBody:
		return d.body.EOF()
	case done, failed:
	}
	return nil
}

// setRetry takes a field value of ASCII digits only, in ms ("retry" in section 9.2.6).
func (d *Decoder) setRetry(value []byte) {
	const most = math.MaxInt64 / int64(time.Millisecond)
	ms := int64(0)
	for _, c := range value {
		if c < '0' || c > '9' {
			return
		}
		ms = min(ms, most/10-1)*10 + int64(c-'0')
	}
	if len(value) > 0 {
		d.retry, d.hasRetry = time.Duration(ms)*time.Millisecond, true
	}
}
