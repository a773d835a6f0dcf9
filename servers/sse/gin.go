package sse

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// Gin mounts the stream on a gin route. The handler stays for the life of the stream, as net/http wants it.
func Gin(r gin.IRouter, path string, h *hub.Hub, p hub.Policy) {
	r.GET(path, func(c *gin.Context) {
		after, err := hub.ParseAfter(c.GetHeader("Last-Event-ID"))
		if err != nil {
			c.String(http.StatusBadRequest, "Last-Event-ID: %v\n", err)
			return
		}
		header := c.Writer.Header()
		header.Set("Content-Type", "text/event-stream")
		header.Set("Cache-Control", "no-cache, no-transform") // a proxy that compresses also buffers
		header.Set("X-Accel-Buffering", "no")                 // nginx
		// A comment at once: proxies hold the head back until the first byte of the body.
		if _, err := c.Writer.Write(heartbeat); err != nil {
			return
		}
		// A stream that ends is not an error of the request: whoever was cut resumes with Last-Event-ID.
		_ = h.Deliver(c.Request.Context(), after, p, ginSink{c.Writer})
	})
}

// ginSink writes pre-encoded events and flushes once a batch.
type ginSink struct{ w gin.ResponseWriter }

func (s ginSink) Send(batch []hub.Message) error {
	for i := range batch {
		if _, err := s.w.Write(batch[i].Frame.([]byte)); err != nil { //nolint:forcetypeassert // Encode made it
			return err
		}
	}
	s.w.Flush()
	return nil
}

func (s ginSink) Heartbeat() error {
	if _, err := s.w.Write(heartbeat); err != nil {
		return err
	}
	s.w.Flush()
	return nil
}
