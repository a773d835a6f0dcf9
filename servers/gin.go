package servers

import (
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// onGin serves a lane from gin on net/http's server, over HTTP/1.1.
func onGin(mount mountFunc[gin.IRouter]) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return onGinOver((*http.Protocols).SetHTTP1, mount)
}

// onGinOver is onGin over another protocol.
func onGinOver(enable protocol, mount mountFunc[gin.IRouter]) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
		var detached sync.WaitGroup
		engine := ginEngine(ctx, mount, h, s, &detached)
		return serveHTTP(ctx, l, engine, &detached, enable)
	}
}

// ginEngine mounts a lane on gin.
func ginEngine(ctx context.Context, mount mountFunc[gin.IRouter], h *hub.Hub, s Params, detached *sync.WaitGroup) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New() // no middleware: a logger or a recovery would be measured with the lane
	mount(ctx, engine, s.Path, h, s.Policy, detached)
	if s.Post != nil {
		engine.POST(s.Path, gin.WrapH(s.Post))
	}
	return engine
}
