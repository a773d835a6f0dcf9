package main

import (
	"context"

	"github.com/gin-gonic/gin"
	"github.com/olahol/melody"
)

// newMelody is the chat of melody's documentation, on gin; its frames are binary or text as they come.
func newMelody(s settings) peer {
	gin.SetMode(gin.ReleaseMode)
	engine, m := gin.New(), melody.New()
	if s.heartbeat > 0 {
		m.Config.PingPeriod = s.heartbeat
		m.Config.PongWait = max(m.Config.PongWait, 2*s.heartbeat)
	}
	engine.GET("/ws", func(c *gin.Context) { _ = m.HandleRequest(c.Writer, c.Request) }) // the client sees what failed
	return peer{subscribe: engine, publish: func(b []byte) error { return m.Broadcast(b) }, stop: func(context.Context) error { return m.Close() }}
}
