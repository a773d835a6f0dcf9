package sse

import (
	"fmt"
	"net/http"

	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/stream"
)

// NetHTTP mounts the stream on net/http's own router.
func NetHTTP(r *http.ServeMux, path string, h *hub.Hub, p hub.Policy) {
	r.Handle("GET "+path, handler(h, p))
}

// handler serves the stream. It stays for the life of the stream, as net/http wants it.
func handler(h *hub.Hub, p hub.Policy) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		after, ok := begin(w, r)
		if !ok {
			return
		}
		// A stream that ends is not an error of the request: a client that was cut resumes with Last-Event-ID.
		_ = h.Deliver(r.Context(), after, p, stream.NewSink(w, heartbeat))
	}
}

// begin reads where the subscriber resumes and begins the answer; false: it has been refused, or has left.
func begin(w http.ResponseWriter, r *http.Request) (after uint64, ok bool) {
	if after, ok = resume(w, r); !ok {
		return 0, false
	}
	// A comment at once: proxies hold the head back until the first byte of the body.
	_, err := w.Write(heartbeat)
	return after, err == nil
}

// resume reads where the subscriber resumes and makes the header of the answer; false: it has been refused.
func resume(w http.ResponseWriter, r *http.Request) (after uint64, ok bool) {
	after, err := hub.ParseAfter(r.Header.Get("Last-Event-ID"))
	if err != nil {
		http.Error(w, fmt.Sprintf("Last-Event-ID: %v", err), http.StatusBadRequest)
		return 0, false
	}
	stream.Header(w.Header(), "text/event-stream")
	return after, true
}
