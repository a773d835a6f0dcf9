package websocket

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/pushbench/pushbench/clients/http1"
)

// offer asks for compressed messages (RFC 7692), as every browser does: the server takes it up or not. Without a window
// that lives from one message to the next a connection costs the load no memory; a server that takes the offer must do
// without (section 7.1.1.1).
const offer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// deflatesMessages reads what the server made of the offer (section 7.1).
func deflatesMessages(r *http1.Response) (bool, error) {
	answer := ""
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, "Sec-WebSocket-Extensions") && f.Value != "" {
			if answer != "" {
				return false, fmt.Errorf("websocket: extensions %.80q and %.80q, only one was offered", answer, f.Value)
			}
			answer = f.Value
		}
	}
	if answer == "" {
		return false, nil
	}
	name, parameters, _ := strings.Cut(answer, ";")
	if strings.TrimSpace(name) != "permessage-deflate" {
		return false, fmt.Errorf("websocket: extension %.80q was not asked for", answer)
	}
	given := map[string]bool{}
	for p := range strings.SplitSeq(parameters, ";") {
		p = strings.TrimSpace(p)
		if !strings.HasSuffix(p, "_no_context_takeover") || !strings.Contains(offer, " "+p) || given[p] {
			return false, fmt.Errorf("websocket: extension %.80q has the parameter %.40q, which was not offered, or twice", answer, p)
		}
		given[p] = true
	}
	if !given["server_no_context_takeover"] {
		return false, fmt.Errorf("websocket: extension %.80q is without server_no_context_takeover", answer)
	}
	return true, nil
}

// deflateTail ends every message: the empty block a sender leaves out (section 7.2.2), and a last one, so that the reader
// sees the end.
const deflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// keepInflater is how large an inflater's buffers may have become for it to be used again, in bytes.
const keepInflater = 1 << 20

// inflater is what inflating a message takes, and no connection keeps.
type inflater struct {
	compressed []byte
	reader     bytes.Reader
	flate      io.ReadCloser
	message    bytes.Buffer
}

var inflaters = sync.Pool{New: func() any { //nolint:gochecknoglobals // a pool is for all
	i := &inflater{}
	i.flate = flate.NewReader(&i.reader)
	return i
}}

// inflate emits a compressed message of at most limit bytes.
func inflate(compressed []byte, kind opcode, limit int, emit func(payload []byte)) error {
	i := inflaters.Get().(*inflater) //nolint:forcetypeassert // the pool has nothing else
	defer i.release()
	i.compressed = append(append(i.compressed[:0], compressed...), deflateTail...)
	i.reader.Reset(i.compressed)
	if err := i.flate.(flate.Resetter).Reset(&i.reader, nil); err != nil { //nolint:forcetypeassert // by the package's documentation
		return err
	}
	i.message.Reset()
	n, err := i.message.ReadFrom(io.LimitReader(i.flate, int64(limit)+1))
	switch {
	case err != nil:
		return &Error{CodeBadData, "a message does not inflate"}
	case n > int64(limit):
		return &Error{CodeTooBig, fmt.Sprintf("message is over the limit of %d bytes", limit)}
	case kind == opText && !utf8.Valid(i.message.Bytes()):
		return &Error{CodeBadData, "a text message is not UTF-8"}
	}
	emit(i.message.Bytes())
	return nil
}

func (i *inflater) release() {
	if cap(i.compressed) <= keepInflater && i.message.Cap() <= keepInflater {
		inflaters.Put(i)
	}
}
