package sse

import (
	"context"
	"encoding/base64"
	"io"
	"strconv"

	"github.com/gin-contrib/sse"
	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// SSEvent mounts the stream on a gin route as gin's own examples write it: Context.Stream calls a step for each message and
// flushes behind it, and each message is encoded for each client. The hub takes the place of the channel per client that
// examples have.
//
// Context.SSEvent itself has neither an id, without which a browser cannot resume, nor a comment for a heartbeat. An event
// with its id goes through Context.Render, which is what SSEvent calls, and a comment through the writer. gin-contrib/sse
// writes a carriage return as a backslash and an r: it is given texts with line feeds alone.
func SSEvent(r gin.IRouter, path string, h *hub.Hub, p hub.Policy) {
	r.GET(path, func(c *gin.Context) {
		after, ok := begin(c.Writer, c.Request)
		if !ok {
			return
		}
		_ = h.Deliver(c.Request.Context(), after, p, ssevent{c})
	})
}

// ssevent renders events on one request's context.
type ssevent struct{ c *gin.Context }

func (s ssevent) Send(batch []hub.Message) error {
	gone := s.c.Stream(func(io.Writer) bool {
		m := batch[0]
		e := sse.Event{Id: strconv.FormatUint(m.Seq, 10), Event: "message", Data: string(lines(m.Data))}
		if m.Binary {
			e.Event, e.Data = binaryEvent, base64.StdEncoding.EncodeToString(m.Data)
		}
		s.c.Render(-1, e)
		batch = batch[1:]
		return len(batch) > 0
	})
	if gone {
		return context.Canceled
	}
	return nil
}

func (s ssevent) Heartbeat() error {
	if _, err := s.c.Writer.Write(heartbeat); err != nil {
		return err
	}
	s.c.Writer.Flush()
	return nil
}
