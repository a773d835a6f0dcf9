// Package webtransport serves subscribers over WebTransport on HTTP/3 (draft-ietf-webtrans-http3), as
// github.com/quic-go/webtransport-go shows it: QUIC, and TLS 1.3 with it, on one UDP socket for everybody.
//
// It is between the hub's delivery loop and a session. A subscriber's session begins with a CONNECT request for the
// lane's path, whose query has the number to resume after. In it the server opens one unidirectional stream, as a subscriber sends
// nothing more, and sends the frames of servers/tcp: all of them there (stream.go), or what is new by datagrams
// (datagram.go).
//
// What ends well ends with the stream: a client that has read to its end closes the session, and only by that the server
// knows that everything has arrived. The server closes all other sessions, and those of subscribers that lag, with a code.
package webtransport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
	"github.com/quic-go/webtransport-go"

	"github.com/pushbench/pushbench/servers/hub"
)

// Options are what a lane is served with.
type Options struct {
	Path    string
	Policy  hub.Policy
	TLS     *tls.Config   // with the server's certificate
	Unacked time.Duration // how long a peer may be silent; 0: 30 s, as quic-go has it
}

// Variant is a way to send. A client offers those it reads, and the answer names the chosen one.
type Variant struct {
	protocol string // WebTransport's name for the protocol of a session (WT-Available-Protocols)
	sink     func(*webtransport.Session, *webtransport.SendStream, *hub.Hub) hub.Sink
}

const (
	keepAlive    = 15 * time.Second // of silence, then a ping: what Go's listeners set for TCP
	closeTimeout = 2 * time.Second  // for a client to close the session whose stream has ended
)

// Serve answers on a UDP socket until ctx ends and every session has. It closes the socket.
//
// It has its own accept loop: webtransport-go's own Serve counts its start and Close waits for that, without an order between the
// two.
func Serve(ctx context.Context, socket net.PacketConn, h *hub.Hub, v Variant, o Options) error {
	defer socket.Close() //nolint:errcheck // the client is gone
	mux := http.NewServeMux()
	s := &service{ctx: ctx, hub: h, policy: o.Policy, variant: v, server: &webtransport.Server{
		H3:                   &http3.Server{Handler: mux},
		ApplicationProtocols: []string{v.protocol},
		CheckOrigin:          anyOrigin,
	}}
	mux.HandleFunc(o.Path, s.subscribe)
	listener, err := quic.ListenEarly(socket, http3.ConfigureTLSConfig(o.TLS), &quic.Config{
		MaxIdleTimeout: o.Unacked, KeepAlivePeriod: keepAlive, EnableDatagrams: true, EnableStreamResetPartialDelivery: true,
	})
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	var serving sync.WaitGroup
	serving.Go(func() { failed <- s.accept(listener, &serving) })
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	all := s.last()
	select {
	case <-all:
	case <-time.After(closeTimeout): // a write to a client that takes nothing waits until its connection is closed
	}
	err = errors.Join(s.server.Close(), listener.Close())
	<-all
	serving.Wait()
	return err
}

// accept serves connections until the listener is closed, and counts them.
func (s *service) accept(l *quic.EarlyListener, serving *sync.WaitGroup) error {
	for {
		conn, err := l.Accept(context.Background())
		if err != nil {
			return err
		}
		serving.Go(func() { _ = s.server.ServeQUICConn(conn) }) // how a connection ends is its client's affair
	}
}

// anyOrigin: a testbed has no origin to protect.
func anyOrigin(*http.Request) bool { return true }

// service is what all sessions of a server share.
type service struct {
	ctx     context.Context
	hub     *hub.Hub
	policy  hub.Policy
	variant Variant
	server  *webtransport.Server

	mu       sync.Mutex
	over     bool // no session begins any more
	sessions sync.WaitGroup
}

// begin counts a session; false: it comes too late.
func (s *service) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.sessions.Add(1)
	}
	return !s.over
}

// last lets no session begin any more. What it returns is closed when all have ended.
func (s *service) last() <-chan struct{} {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	all := make(chan struct{})
	go func() {
		s.sessions.Wait()
		close(all)
	}()
	return all
}

// subscribe is the handler: it stays for as long as the session, and delivers.
func (s *service) subscribe(w http.ResponseWriter, r *http.Request) {
	after, err := hub.ParseAfter(r.URL.Query().Get("after"))
	if err != nil {
		http.Error(w, "after: "+err.Error(), http.StatusBadRequest)
		return
	}
	if !s.begin() {
		http.Error(w, "the server ends", http.StatusServiceUnavailable)
		return
	}
	defer s.sessions.Done()
	session, err := s.server.Upgrade(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	code, cause := s.deliver(session, after)
	_ = session.CloseWithError(code, cause) // unless it has ended
}

// deliver serves a session until either side ends it, and returns the code to close it with.
func (s *service) deliver(session *webtransport.Session, after uint64) (code webtransport.SessionErrorCode, cause string) {
	stream, err := session.OpenUniStreamSync(session.Context())
	if err != nil {
		return codeFailed, err.Error()
	}
	ctx, cancel := context.WithCancel(session.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	err = s.hub.Deliver(ctx, after, s.policy, s.variant.sink(session, stream, s.hub))
	switch {
	case errors.Is(err, hub.ErrLagged):
		return codeLagged, err.Error()
	case errors.Is(err, hub.ErrCut):
		cause = err.Error()
	case s.ctx.Err() != nil:
		cause = "the server ends"
	default: // the client has left
		return codeEnded, ""
	}
	_ = stream.Close() // a session that ends meanwhile is no matter
	select {
	case <-session.Context().Done():
	case <-time.After(closeTimeout):
	}
	return codeEnded, cause
}

// Codes of a closed session.
const (
	codeEnded  webtransport.SessionErrorCode = 0
	codeFailed webtransport.SessionErrorCode = 1
	codeLagged webtransport.SessionErrorCode = 2
)
