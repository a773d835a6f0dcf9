package main

import (
	"net/http"

	"github.com/tmaxmax/go-sse"
)

// newGoSSE is a server of tmaxmax/go-sse as its documentation shows it, but for the head: the library sends none before the
// first event, and a client could not know when it is connected.
func newGoSSE(settings) peer {
	s := &sse.Server{OnSession: func(w http.ResponseWriter, _ *http.Request) ([]string, bool) {
		w.Header().Set("Content-Type", "text/event-stream")
		return []string{sse.DefaultTopic}, http.NewResponseController(w).Flush() == nil
	}}
	return peer{
		subscribe: s,
		publish: func(b []byte) error {
			m := &sse.Message{}
			m.AppendData(string(b))
			return s.Publish(m)
		},
		stop: s.Shutdown,
	}
}
