// Package stream is what all transports share that answer a request on net/http with a body that does not end: the header
// of such an answer, and the sink that fills its body.
//
// It is between the hub's delivery loop and an http.ResponseWriter, net/http's own or gin's.
package stream

import (
	"net/http"

	"github.com/pushbench/pushbench/servers/hub"
)

// Header sets what keeps a stream of this media type flowing on its way to the client.
func Header(header http.Header, mediaType string) {
	header.Set("Content-Type", mediaType)
	header.Set("Cache-Control", "no-cache, no-transform") // a proxy that compresses also buffers
	header.Set("X-Accel-Buffering", "no")                 // nginx
}

// Sink writes pre-encoded frames, each of them a []byte, and flushes once a batch.
type Sink struct {
	response  http.ResponseWriter
	control   *http.ResponseController
	heartbeat []byte
}

// NewSink returns the sink of one response; heartbeat is what bytes that mean nothing are in its grammar.
func NewSink(w http.ResponseWriter, heartbeat []byte) *Sink {
	return &Sink{w, http.NewResponseController(w), heartbeat}
}

// Send writes a batch.
func (s *Sink) Send(batch []hub.Message) error {
	for i := range batch {
		if _, err := s.response.Write(batch[i].Frame.([]byte)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	return s.control.Flush()
}

// Heartbeat writes one.
func (s *Sink) Heartbeat() error {
	if _, err := s.response.Write(s.heartbeat); err != nil {
		return err
	}
	return s.control.Flush()
}
