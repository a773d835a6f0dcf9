package websocket

import (
	"context"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// Staying mounts a library with handlers that read until the connection ends, as most tutorials show it. Each of them keeps
// the stack that served the request, net/http's two buffers and gin's context of the request.
func Staying(library Library) Mount {
	return func(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup) {
		s := &service{ctx, h, p, detached}
		upgrade := library(h)
		r.GET(path, func(c *gin.Context) {
			if peer, after, ok := accept(c, upgrade, detached, sides); ok {
				s.read(peer, s.subscribe(peer, after))
			}
		})
	}
}
