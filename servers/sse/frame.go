// Package sse turns hub messages into a server-sent event stream (WHATWG HTML, section 9.2), one file per implementation:
//
//	nethttp.go  net/http's handler, and what all implementations share of a request
//	gin.go      the same handler on a gin route
//	ssevent.go  gin's own way to stream events, encoded for each client
//	hijack.go   a connection taken over from net/http; watch_linux.go and watch_other.go notice who leaves
//
// It stands between the hub's delivery loop and an HTTP response.
package sse

import (
	"bytes"
	"strconv"

	"github.com/pushbench/pushbench/servers/hub"
)

// Encode returns the event of a message as []byte: its sequence number as the id, so that a browser resumes by itself,
// and one data line for each line of the payload.
func Encode(m hub.Message) any { return event(m) }

func event(m hub.Message) []byte {
	b := make([]byte, 0, len(m.Data)+40)
	b = append(b, "id: "...)
	b = strconv.AppendUint(b, m.Seq, 10)
	for line := range bytes.SplitSeq(m.Data, []byte{'\n'}) {
		b = append(b, "\ndata: "...)
		b = append(b, line...)
	}
	return append(b, "\n\n"...)
}

// heartbeat is a comment: the grammar's own way to send bytes that mean nothing.
var heartbeat = []byte(":\n\n") //nolint:gochecknoglobals // constant bytes
