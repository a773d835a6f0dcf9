// Package ndjson decodes a stream of JSON lines: the HTTP response, then on each line an object whose member data is the
// payload, or whose member base64 has it where it is no text. An empty line is a heartbeat. Of a server that is not ours a line is a
// message as it stands, and the stream may be of any media type (Stream).
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
	*d = Decoder{Lines: Lines{Limit: cmp.Or(t.Limit, d.Limit), Raw: t.External != nil}}
	return http1.Request(t, after, "", "Accept: application/x-ndjson", "Cache-Control: no-cache")
}

// Feed takes the next bytes of the connection and emits the payloads of the lines that are complete, and nil for one that
// is over the limit, which it skips. It never replies. The
// error is io.EOF when the body has ended; a line without an end is then dropped.
func (d *Decoder) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	accept := Accept
	if d.Raw {
		accept = acceptOthers
	}
	return nil, d.feed(in, accept, emit)
}

func (d *Decoder) feed(in []byte, accept func(*http1.Response) error, emit func(payload []byte)) error {
	var seq uint64
	_, err := d.Exchange.Feed(in, &d.Tail, accept, func(piece []byte) error { return d.Lines.Feed(piece, &seq, emit) })
	if err != nil {
		d.Forget()
	}
	return err
}

// Stream reads the lines of any streamed response of a server that is not ours, such as text/plain.
type Stream struct{ Decoder }

// NewStream returns one for one connection.
func NewStream() *Stream { return &Stream{} }

// Open begins a connection and returns the request to send.
func (d *Stream) Open(t wire.Target, after uint64) []byte {
	d.Decoder.Open(t, after)
	return http1.Request(t, after, "", "Accept: */*", "Cache-Control: no-cache")
}

// Feed is that of Decoder, whatever the media type.
func (d *Stream) Feed(in []byte, emit func(payload []byte)) (reply []byte, err error) {
	return nil, d.feed(in, acceptAny, emit)
}

// Accept checks a response as a careful script does: status 200 and the media type.
func Accept(r *http1.Response) error {
	if err := acceptAny(r); err != nil {
		return err
	}
	if !strings.EqualFold(media(r), "application/x-ndjson") {
		return fmt.Errorf("ndjson: content type %.80q, want application/x-ndjson", r.Get("Content-Type"))
	}
	return nil
}

// acceptOthers takes the media types that servers give to JSON lines: none is registered.
func acceptOthers(r *http1.Response) error {
	if err := acceptAny(r); err != nil {
		return err
	}
	switch strings.ToLower(media(r)) {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines", "application/stream+json", "application/json":
		return nil
	default:
		return fmt.Errorf("ndjson: content type %.80q is none of JSON lines: transport http-stream takes any", r.Get("Content-Type"))
	}
}

func acceptAny(r *http1.Response) error {
	if r.Status != 200 {
		if redirect := r.Redirect(); redirect != nil {
			return redirect
		}
		return fmt.Errorf("ndjson: status %d, want 200", r.Status)
	}
	// No Accept-Encoding was sent.
	if coding := r.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fmt.Errorf("ndjson: content encoding %.80q was not asked for", coding)
	}
	return nil
}

func media(r *http1.Response) string {
	media, _, _ := strings.Cut(r.Get("Content-Type"), ";")
	return strings.Trim(media, " \t")
}
