package servers

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/pushbench/pushbench/servers/hub"
)

const (
	h3Roles      = "handler; five of quic-go and its HTTP/3"
	h3Goroutines = 6
)

const (
	quicKeepAlive    = 15 * time.Second // of silence, then a ping: what Go's listeners set for TCP
	quicCloseTimeout = 2 * time.Second  // for a client to close the connection whose stream has ended
)

// onGinOverQUIC serves a lane from gin on quic-go's HTTP/3, from a UDP socket, until ctx ends and every connection has.
func onGinOverQUIC(mount mountFunc[gin.IRouter]) func(context.Context, net.PacketConn, *hub.Hub, Params) error {
	return func(ctx context.Context, socket net.PacketConn, h *hub.Hub, s Params) error {
		defer socket.Close() //nolint:errcheck // the client is gone
		var detached sync.WaitGroup
		server := &http3.Server{Handler: within(ctx, ginEngine(ctx, mount, h, s, &detached))}
		listener, err := quic.ListenEarly(socket, http3.ConfigureTLSConfig(s.TLS), &quic.Config{MaxIdleTimeout: s.Unacked, KeepAlivePeriod: quicKeepAlive})
		if err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- server.ServeListener(listener) }()
		select {
		case err := <-ended:
			return errors.Join(err, listener.Close())
		case <-ctx.Done():
		}
		err = listener.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) { // no connection begins any more: Shutdown counts them
			err = errors.Join(err, served)
		}
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), quicCloseTimeout)
		defer cancel()
		_ = server.Shutdown(closing) // cuts whoever has not closed by then
		return err
	}
}

// within ends requests with ctx, which quic-go's server has no field for.
func within(ctx context.Context, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		handler.ServeHTTP(w, r.WithContext(request))
	})
}
