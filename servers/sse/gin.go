package sse

import (
	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// Gin mounts the stream on a gin route: net/http's handler behind gin's router and response writer.
func Gin(r gin.IRouter, path string, h *hub.Hub, p hub.Policy) {
	r.GET(path, gin.WrapF(handler(h, p)))
}
