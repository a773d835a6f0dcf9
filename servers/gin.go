package servers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/pushbench/pushbench/servers/hub"
)

// mountFunc puts a transport on a gin router. Connections that outlive their handler are counted in detached; all must
// end when ctx does.
type mountFunc func(ctx context.Context, r gin.IRouter, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup)

// headTimeout bounds how long a client may take to send its request.
const headTimeout = 10 * time.Second

// onGin serves a lane from gin on net/http's server. There is no WriteTimeout: it would end every stream.
func onGin(mount mountFunc) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
		gin.SetMode(gin.ReleaseMode)
		engine := gin.New() // no middleware: a logger or a recovery would be measured with the lane
		var detached sync.WaitGroup
		mount(ctx, engine, s.Path, h, s.Policy, &detached)
		server := &http.Server{
			Handler:           engine,
			ReadHeaderTimeout: headTimeout,
			// Shutdown waits for handlers and never cancels them: a stream ends because its request's context does.
			BaseContext: func(net.Listener) context.Context { return ctx },
		}
		drained := make(chan error, 1)
		stop := context.AfterFunc(ctx, func() { drained <- server.Shutdown(context.WithoutCancel(ctx)) })
		defer stop()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		err := <-drained
		detached.Wait() // hijacked connections are not net/http's any more
		return err
	}
}
