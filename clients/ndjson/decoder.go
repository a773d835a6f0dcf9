// Package ndjson decodes a stream of JSON lines: the HTTP response, then on each line an object whose member data is the
// payload, or whose member base64 has it where it is no text. An empty line is a heartbeat.
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the payloads go on to the recorder. Like a
// script behind fetch it splits lines and parses JSON, but a line of the form our server writes is read where it lies.
package ndjson

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads one connection. The zero value is ready to use. It is 48 bytes while no line is incomplete.
type Decoder struct {
	http1.Exchange
	Limit int32 // longest line in bytes, its end left out; zero means wire.MostLimit

	skipping bool   // the line under way is over the limit
	tail     []byte // what input that is gone has left behind: the response head, or a line without its end; nil for nothing
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	*d = Decoder{Limit: d.Limit}
	if t.Limit > 0 {
		d.Limit = int32(t.Limit) //nolint:gosec // at most wire.MostLimit
	}
	return http1.Get(t, after, "", "Accept: application/x-ndjson", "Cache-Control: no-cache")
}

// Feed takes the next bytes of the connection and emits the payloads of the lines that are complete, and nil for one that
// is over the limit, which it skips. It never replies. The
// error is io.EOF when the body has ended; a line without an end is then dropped.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	_, err = d.Exchange.Feed(in, &d.tail, accept, func(piece []byte) error { return d.lines(piece, emit) })
	if err != nil {
		d.Forget()
	}
	return nil, err
}

// lines takes one piece of the body. Lines that lie whole in it are used where they are; the rest goes through the tail.
func (d *Decoder) lines(p []byte, emit func(payload []byte)) error {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		line := p
		if end >= 0 {
			line = p[:end]
		}
		if !d.skipping && len(d.tail)+len(line) > d.limit() {
			emit(nil)
			d.tail, d.skipping = nil, true
		}
		if d.skipping && end < 0 {
			return nil
		}
		if d.skipping {
			d.skipping, p = false, p[end+1:]
			continue
		}
		if end < 0 || len(d.tail) > 0 {
			d.tail = append(d.tail, line...)
		}
		if end < 0 {
			return nil
		}
		if len(d.tail) > 0 {
			line = d.tail
		}
		_, data, err := Line(line)
		if err != nil {
			return err
		}
		if data != nil {
			emit(data)
		}
		d.tail = nil
		p = p[end+1:]
	}
	return nil
}

func (d *Decoder) limit() int {
	if d.Limit == 0 {
		return wire.MostLimit
	}
	return int(d.Limit)
}

// Skipping reports that the bytes to come are of a line over the limit.
func (d *Decoder) Skipping() bool { return d.skipping }

// Holding is how many bytes of memory the decoder has for what is incomplete.
func (d *Decoder) Holding() int { return cap(d.tail) }

// Forget gives them back; the connection has ended.
func (d *Decoder) Forget() { d.tail = nil }

// Close returns the bytes that end the connection: none, the socket is just closed.
func (d *Decoder) Close() []byte { return nil }

// accept checks a response as a careful script does: status 200 and the media type.
func accept(r *http1.Response) error {
	if r.Status != 200 {
		return fmt.Errorf("ndjson: status %d, want 200", r.Status)
	}
	media, _, _ := strings.Cut(r.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.Trim(media, " \t"), "application/x-ndjson") {
		return fmt.Errorf("ndjson: content type %.80q, want application/x-ndjson", r.Get("Content-Type"))
	}
	// No Accept-Encoding was sent.
	if coding := r.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fmt.Errorf("ndjson: content encoding %.80q was not asked for", coding)
	}
	return nil
}
