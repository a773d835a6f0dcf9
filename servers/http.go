package servers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/pushbench/pushbench/servers/hub"
)

// mountFunc puts a transport on a router. Connections that outlive their handler are counted in detached; all must end
// when ctx does.
type mountFunc[Router any] func(ctx context.Context, r Router, path string, h *hub.Hub, p hub.Policy, detached *sync.WaitGroup)

// attached fits a mount whose connections live and die inside their handlers.
func attached[Router any](mount func(Router, string, *hub.Hub, hub.Policy)) mountFunc[Router] {
	return func(_ context.Context, r Router, path string, h *hub.Hub, p hub.Policy, _ *sync.WaitGroup) {
		mount(r, path, h, p)
	}
}

// What a stream holds of net/http for as long as it lives.
const (
	netHTTPRoles   = "handler, net/http's background read"
	netHTTPBuffers = "net/http: read 4 KiB, write 4 KiB, chunk 2 KiB"
)

// onMux serves a lane from net/http alone.
func onMux(mount mountFunc[*http.ServeMux]) func(context.Context, net.Listener, *hub.Hub, Params) error {
	return func(ctx context.Context, l net.Listener, h *hub.Hub, s Params) error {
		mux := http.NewServeMux()
		var detached sync.WaitGroup
		mount(ctx, mux, s.Path, h, s.Policy, &detached)
		if s.Post != nil {
			mux.Handle("POST "+s.Path, s.Post)
		}
		return serveHTTP(ctx, l, mux, &detached, (*http.Protocols).SetHTTP1)
	}
}

// headTimeout bounds how long a client may take to send its request.
const headTimeout = 10 * time.Second

// protocol enables one in a server of net/http: one of the setters of http.Protocols.
type protocol = func(*http.Protocols, bool)

// serveHTTP runs net/http's server until ctx ends and every connection has. There is no WriteTimeout: it would end every
// stream.
func serveHTTP(ctx context.Context, l net.Listener, handler http.Handler, detached *sync.WaitGroup, enable protocol) error {
	var protocols http.Protocols
	enable(&protocols, true)
	server := &http.Server{
		Handler:           handler,
		Protocols:         &protocols,
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
