// Package sse turns hub messages into a server-sent event stream (WHATWG HTML, section 9.2), one file per implementation:
//
//	nethttp.go  net/http's handler, and what all implementations share of a request
//	gin.go      the same handler on a gin route
//	ssevent.go  gin's own way to stream events, encoded for each client
//	gzip.go     the same compressed for each client; gzip_shared.go and checksum.go: once for all of them
//	epoll.go    no goroutine for a connection: the stream on servers/epoll
//	hijack.go   a connection taken over from net/http
//
// It is between the hub's delivery loop and an HTTP response.
package sse

import (
	"bytes"
	"encoding/base64"
	"strconv"

	"github.com/pushbench/pushbench/servers/hub"
)

// Encode returns the event of a message as []byte: its sequence number as the id, so that a browser resumes,
// and one data line for each line of the payload. The stream is text: a binary payload goes as base64, in an event of a name
// of its own, as a page would tell it with addEventListener.
func Encode(m hub.Message) any { return event(m) }

// binaryEvent is the name of events whose data is base64.
const binaryEvent = "binary"

func event(m hub.Message) []byte {
	if m.Binary {
		b := make([]byte, 0, base64.StdEncoding.EncodedLen(len(m.Data))+60)
		b = append(b, "id: "...)
		b = strconv.AppendUint(b, m.Seq, 10)
		b = append(b, "\nevent: "+binaryEvent+"\ndata: "...)
		b = base64.StdEncoding.AppendEncode(b, m.Data)
		return append(b, "\n\n"...)
	}
	b := make([]byte, 0, len(m.Data)+40)
	b = append(b, "id: "...)
	b = strconv.AppendUint(b, m.Seq, 10)
	for line := range bytes.SplitSeq(lines(m.Data), []byte{'\n'}) {
		b = append(b, "\ndata: "...)
		b = append(b, line...)
	}
	return append(b, "\n\n"...)
}

// lines returns a text with LF for every line break: the format ends a line with CR and with CRLF too, so that text
// after one would be read as a field, and be lost.
func lines(text []byte) []byte {
	if bytes.IndexByte(text, '\r') < 0 {
		return text
	}
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte{'\n'}), []byte{'\r'}, []byte{'\n'})
}

// heartbeat is a comment: the grammar's own way to send bytes that mean nothing.
var heartbeat = []byte(":\n\n") //nolint:gochecknoglobals // constant bytes

// EncodeChunk returns the event of a message as []byte, as a chunk of an HTTP/1.1 body: its frame is the same for everybody.
func EncodeChunk(m hub.Message) any { return chunk(event(m)) }

// chunk frames data (RFC 9112, section 7.1).
func chunk(data []byte) []byte {
	b := make([]byte, 0, len(data)+12)
	b = strconv.AppendUint(b, uint64(len(data)), 16)
	b = append(b, "\r\n"...)
	b = append(b, data...)
	return append(b, "\r\n"...)
}

//nolint:gochecknoglobals // constant bytes
var (
	heartbeatChunk = chunk(heartbeat)
	lastChunk      = []byte("0\r\n\r\n")
)
