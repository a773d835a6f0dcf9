// Package ndjson decodes a stream of JSON lines: the HTTP response, then on each line an object whose member data is the
// payload, or whose member base64 has it where it is no text. An empty line is a heartbeat.
//
// It is one of the decoders the fleet feeds with what it reads from a socket; the payloads go on to the recorder. Like a
// script behind fetch it splits lines and parses JSON, but a line of the form our server writes is read where it lies.
package ndjson

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pushbench/pushbench/clients/http1"
	"github.com/pushbench/pushbench/internal/wire"
)

// Decoder reads one connection. The zero value is ready to use. It is 48 bytes while no line is incomplete.
type Decoder struct {
	http1.Exchange
	Lines
}

// New returns a decoder for one connection.
func New() *Decoder { return &Decoder{} }

// Open begins a connection and returns the request to send.
func (d *Decoder) Open(t wire.Target, after uint64) []byte {
	*d = Decoder{Lines: Lines{Limit: cmp.Or(t.Limit, d.Limit)}}
	return http1.Request(t, after, "", "Accept: application/x-ndjson", "Cache-Control: no-cache")
}

// Feed takes the next bytes of the connection and emits the payloads of the lines that are complete, and nil for one that
// is over the limit, which it skips. It never replies. The
// error is io.EOF when the body has ended; a line without an end is then dropped.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	var seq uint64
	_, err = d.Exchange.Feed(in, &d.Tail, Accept, func(piece []byte) error { return d.Lines.Feed(piece, &seq, emit) })
	if err != nil {
		d.Forget()
	}
	return nil, err
}

// Accept checks a response as a careful script does: status 200 and the media type.
func Accept(r *http1.Response) error {
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
