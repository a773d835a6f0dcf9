// Package sse decodes server-sent events: the HTTP response, then the event stream of the WHATWG HTML standard,
// section 9.2 "Server-sent events" (https://html.spec.whatwg.org/multipage/server-sent-events.html).
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the data of each event goes on to the
// recorder. It keeps to the rules an EventSource keeps to, because a server is judged by what browsers accept, but it
// holds no buffer while no event is split over reads: thousands of connections share one load generator.
//
// The data of events named binary is base64 of bytes that are no text where the server is ours: no rule of the standard.
package sse

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

var errID = fmt.Errorf("sse: the id of an event is longer than %d bytes, more than servers take back in a header", maxID)

// Decoder reads one connection. The zero value is ready to use. It is 48 bytes while no event is incomplete.
type Decoder struct {
	http1.Exchange
	Limit wire.Limit // of one event's data and the line under way

	begun      bool          // the first line, which may begin with a BOM, is over
	afterCR    bool          // an LF that comes next belongs to the CR before it
	external   bool          // the server is not ours
	unfinished bool          // the stream has ended inside an event
	retry      time.Duration // "reconnection time", plus 1 ns; zero: the server has set none
	id         eventID       // "last event ID string"
	partial    *partial      // nil while nothing is incomplete, unless the last id is a text
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request to send. The reconnection time of an earlier connection stays.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	d.reset(t)
	if after == wire.Live {
		return request(t, "")
	}
	id := strconv.FormatUint(after, 10)
	d.setID(d.nextID(event{}, []byte(id)))
	return request(t, id)
}

// Resume begins the next connection as an EventSource does: behind the last id, as the server wrote it.
func (d *Decoder) Resume(t wire.Target) []byte {
	id, text := d.id, d.partial.text(d.id)
	d.reset(t)
	d.id = id
	if id == textID {
		d.hold().id = text
	}
	return request(t, d.LastEventID())
}

func (d *Decoder) reset(t wire.Target) {
	*d = Decoder{Limit: cmp.Or(t.Limit, d.Limit), retry: d.retry, external: t.External != nil}
}

// request asks for the stream behind an id; an empty one asks for what comes.
func request(t wire.Target, id string) []byte {
	coding := "Accept-Encoding: identity"
	if t.Gzip { // what carries the connection undoes it
		coding = "Accept-Encoding: gzip"
	}
	lines := []string{"Accept: text/event-stream", coding, "Cache-Control: no-cache"}
	if id != "" {
		lines = append(lines, "Last-Event-ID: "+id)
	}
	return http1.Request(t, wire.Live, "", lines...)
}

// Retry returns the reconnection time the server asked for.
func (d *Decoder) Retry() (time.Duration, bool) { return d.retry - 1, d.retry > 0 }

// Feed takes the next bytes of the connection and emits the data of the events that are complete, and nil for one that is over
// the limit, which it skips. It never replies. The
// error is io.EOF when the body has ended; an event without its empty line is then dropped.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	var head *[]byte // where it stands until it is whole
	if !d.Head() {
		head = &d.hold().tail
	}
	_, err = d.Exchange.Feed(in, head, d.accept, func(piece []byte) error { return d.events(piece, emit) })
	if err != nil {
		d.unfinished = errors.Is(err, io.EOF) && d.partial.inside()
		if h := d.partial; h != nil {
			*h = partial{id: h.id} // an event without an end is none, but the last id is to be resumed after
		}
	}
	d.release()
	return nil, err
}

// Unfinished reports whether the stream ended, or would end here, inside an event, which is then dropped.
func (d *Decoder) Unfinished() bool { return d.unfinished || d.Head() && d.partial.inside() }

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
		d.retry = time.Duration(ms)*time.Millisecond + 1
	}
}
