// Package ndjson turns hub messages into a stream of JSON lines, which is what server-sent events are without their
// grammar: fetch reads it, and the client must split lines, parse JSON and resume.
//
// It is between the hub's delivery loop and an HTTP response. A line is {"seq":NUMBER,"data":"PAYLOAD"}, or
// {"seq":NUMBER,"base64":"PAYLOAD"} for one that is no text; an empty one is a heartbeat. A client resumes with ?after=NUMBER.
package ndjson

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/stream"
)

// Encode returns the line of a message as []byte. JSON is text: other data than UTF-8 must be published as binary, or arrives
// changed.
func Encode(m hub.Message) any {
	if m.Binary {
		b := make([]byte, 0, base64.StdEncoding.EncodedLen(len(m.Data))+50)
		b = append(b, `{"seq":`...)
		b = strconv.AppendUint(b, m.Seq, 10)
		b = append(b, `,"base64":"`...)
		b = base64.StdEncoding.AppendEncode(b, m.Data)
		return append(b, "\"}\n"...)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// Numbers and strings always have a form in JSON, and a buffer takes all.
	_ = e.Encode(struct {
		Seq  uint64 `json:"seq"`
		Data string `json:"data"`
	}{m.Seq, string(m.Data)})
	return b.Bytes()
}

var heartbeat = []byte("\n") //nolint:gochecknoglobals // constant bytes

// NetHTTP mounts the stream on net/http's own router. The handler stays for the life of the stream.
func NetHTTP(r *http.ServeMux, path string, h *hub.Hub, p hub.Policy) {
	r.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		after, err := hub.ParseAfter(r.URL.Query().Get("after"))
		if err != nil {
			http.Error(w, fmt.Sprintf("after: %v", err), http.StatusBadRequest)
			return
		}
		stream.Header(w.Header(), "application/x-ndjson")
		// A stream that ends is not an error of the request: a client that was cut resumes.
		_ = h.Deliver(r.Context(), after, p, stream.NewSink(w, heartbeat))
	})
}
