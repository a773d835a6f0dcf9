package sse

import (
	"bytes"
	"net/http"

	"github.com/pushbench/pushbench/servers/epoll"
	"github.com/pushbench/pushbench/servers/hub"
)

// Epoll is the stream on an event loop.
type Epoll struct {
	Path string
	Hub  *hub.Hub
}

// Open implements epoll.Transport.
func (e Epoll) Open(in []byte) epoll.Answer {
	end := epoll.HeadEnd(in)
	if end == 0 {
		return epoll.Answer{}
	}
	refused := func(status int, why, fields string) epoll.Answer {
		return epoll.Answer{Used: end, Bytes: epoll.Refusal(status, why, fields)}
	}
	r, err := readRequest(in[:end])
	switch {
	case err != nil:
		return refused(http.StatusBadRequest, err.Error(), "")
	case r.minor < 0:
		return refused(http.StatusHTTPVersionNotSupported, "HTTP/1.1 is spoken here", "")
	case !r.host && r.minor > 0:
		return refused(http.StatusBadRequest, "the request names no host", "")
	case string(r.path) != e.Path:
		return refused(http.StatusNotFound, "the stream is at "+e.Path, "")
	case string(r.method) == http.MethodPost:
		return e.post(r, in, end)
	case string(r.method) != http.MethodGet:
		return refused(http.StatusMethodNotAllowed, "a stream is read with GET, and sent to with POST", "Allow: GET, POST\r\n")
	}
	after, err := hub.ParseAfter(string(r.lastID))
	if err != nil {
		return refused(http.StatusBadRequest, "Last-Event-ID: "+err.Error(), "")
	}
	if r.minor == 0 {
		return epoll.Answer{Used: end, After: after, Dialect: plain{}, Bytes: plainHead.Bytes()}
	}
	return epoll.Answer{Used: end, After: after, Dialect: chunked{}, Bytes: chunkedHead.Bytes()}
}

// post takes a message; the connection is kept for others. One without a body only opens it (servers/uplink).
func (e Epoll) post(r request, in []byte, end int) epoll.Answer {
	refused := func(status int, why string) epoll.Answer {
		return epoll.Answer{Used: end, Bytes: epoll.Refusal(status, why, "")}
	}
	size := r.length
	switch {
	case size < 0:
		return refused(http.StatusLengthRequired, "a message needs a length")
	case size > hub.MaxUplink:
		return refused(http.StatusRequestEntityTooLarge, "the message is too long")
	case int64(len(in)-end) < size:
		return epoll.Answer{}
	}
	through := end + int(size)
	if size > 0 && e.Hub.Receive(in[end:through]) == nil {
		return refused(http.StatusBadRequest, "the message does not begin as a pushbench client's")
	}
	if r.close {
		return epoll.Answer{Used: through, Bytes: epoll.Head("HTTP/1.1", http.StatusNoContent, "")}
	}
	return epoll.Answer{Used: through, Bytes: epoll.Done(), Again: true}
}

// Refuse implements epoll.Transport.
func (Epoll) Refuse(cause error) []byte { return epoll.RefuseHTTP(cause) }

// head has the fields of stream.Header.
const head = "Content-Type: text/event-stream\r\nCache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n"

// A comment follows at once: proxies hold the head back until the first byte of the body.
var plainHead = epoll.Dated{Make: func() []byte { //nolint:gochecknoglobals // one answer for all connections
	return append(epoll.Head("HTTP/1.0", http.StatusOK, head), heartbeat...)
}}

var chunkedHead = epoll.Dated{Make: func() []byte { //nolint:gochecknoglobals // as above
	return append(epoll.Head("HTTP/1.1", http.StatusOK, head+"Transfer-Encoding: chunked\r\n"), heartbeatChunk...)
}}

// chunked is a body whose end differs from a cut connection.
type chunked struct{}

func (chunked) Frame(m hub.Message) []byte             { return m.Frame.([]byte) } //nolint:forcetypeassert // EncodeChunk made it
func (chunked) Heartbeat() []byte                      { return heartbeatChunk }
func (chunked) Farewell(error) []byte                  { return lastChunk }
func (chunked) Receive(in []byte) (int, []byte, error) { return len(in), nil, nil } // net/http reads no more either

// plain is the body of HTTP/1.0, which some proxies use: it ends with the connection.
type plain struct{ chunked }

// Frame takes the event out of its chunk.
func (plain) Frame(m hub.Message) []byte {
	b := m.Frame.([]byte) //nolint:forcetypeassert // EncodeChunk made it
	return b[bytes.IndexByte(b, '\n')+1 : len(b)-len("\r\n")]
}

func (plain) Heartbeat() []byte     { return heartbeat }
func (plain) Farewell(error) []byte { return nil }
