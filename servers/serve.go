package servers

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/servers/hub"
	"github.com/pushbench/pushbench/servers/uplink"
)

// Config is one server process.
type Config struct {
	Lane    string
	Address string // host:port of the lane's listener; port 0 takes a free one
	Hub     hub.Config
	Policy  hub.Policy
	Unacked time.Duration // how long data to a peer may stay unacknowledged; 0: the system's default
	Drain   time.Duration // how long connections may take to end after ctx has

	Identity wire.Identity // of its certificate; the zero value: a new one
}

// Serve runs a lane until ctx ends, prints one ready line of JSON to ready, and drains: streams end, WebSockets get a
// close frame, within the deadline.
func Serve(ctx context.Context, c Config, ready io.Writer) error {
	lane, err := LaneByName(c.Lane)
	if err != nil {
		return err
	}
	at, err := lane.bind(ctx, c.Address, c.Unacked)
	if err != nil {
		return err
	}
	c.Hub.Encode, c.Hub.Greet, c.Hub.Wrap = lane.Encode, greet, lane.Wrap
	var in *uplink.Inbox // nil: subscribers have no way to send anything
	if lane.TakesUplinks() {
		in = &uplink.Inbox{}
		c.Hub.Receive = in.Take
	}
	h := hub.New(c.Hub)
	defer h.Close()

	token := rand.Text()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	api, err := serveControl(ctx, control(ctx, token, h, c.Hub.Given, lane.Delay, in), cancel)
	if err != nil {
		return err
	}
	defer api.close()

	line := wire.Ready{
		Lane: lane.Name, PID: os.Getpid(), Token: token, Control: api.url, Target: lane.Target(),
		URL: lane.scheme() + "://" + at.address.String() + lane.Path,
	}
	line.Address = at.address.String()
	params := Params{Path: lane.Path, Policy: c.Policy, Unacked: c.Unacked}
	if lane.TLS {
		if params.TLS, line.Certificate, err = lane.secure(at.address, c.Identity); err != nil {
			return err
		}
	}
	ended := make(chan error, 1)
	if lane.posts() {
		params.Post = uplink.Post(h)
	}
	go func() { ended <- at.serve(ctx, h, params) }()
	if err := json.NewEncoder(ready).Encode(line); err != nil {
		return fmt.Errorf("ready line: %w", err)
	}
	return drain(ctx, ended, c.Drain)
}

// controlAPI is a control API that is being served.
type controlAPI struct {
	url   string
	close func()
}

// serveControl serves one on a free port; failed gets the error if it ends early.
func serveControl(ctx context.Context, handler http.Handler, failed context.CancelCauseFunc) (controlAPI, error) {
	listener, err := listen(ctx, "127.0.0.1:0", 0)
	if err != nil {
		return controlAPI{}, err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headTimeout}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed(fmt.Errorf("control api: %w", err))
		}
	}()
	return controlAPI{url: "http://" + listener.Addr().String(), close: func() { _ = server.Close() }}, nil // the process ends
}

// drain waits for the lane to end, and once ctx has ended for no longer than the deadline.
func drain(ctx context.Context, ended <-chan error, deadline time.Duration) error {
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(deadline):
		return fmt.Errorf("connections were still open %v after the server was asked to stop; they are cut", deadline)
	}
}

// secure makes the lane's TLS 1.3, with a certificate for the address it listens on, which is returned as PEM.
func (l Lane) secure(at net.Addr, identity wire.Identity) (*tls.Config, string, error) {
	if len(identity.Secret) == 0 {
		identity = wire.NewIdentity()
	}
	host, _, err := net.SplitHostPort(at.String())
	if err != nil {
		return nil, "", err
	}
	certificate, text, err := identity.Certificate(host)
	if err != nil {
		return nil, "", err
	}
	return &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{certificate}, NextProtos: l.alpn()}, text, nil
}

// Target is how clients subscribe to the lane, but for where.
func (l Lane) Target() wire.Target {
	return wire.Target{Transport: l.Transport, Path: l.Path, Unreliable: l.Unreliable, UDP: l.UDP, TLS: l.TLS, Gzip: l.Gzip, Streams: l.Streams}
}

// alpn lists the protocols the lane offers within TLS.
func (l Lane) alpn() []string {
	switch {
	case l.UDP:
		return []string{"h3"}
	case l.Streams > 0:
		return []string{"h2"}
	case l.Path == "":
		return nil
	default:
		return []string{"http/1.1"}
	}
}

// scheme is that of the lane's URL.
func (l Lane) scheme() string {
	scheme := "http"
	switch l.Transport {
	case "websocket":
		scheme = "ws"
	case "tcp":
		if l.TLS {
			return "tls"
		}
		return "tcp"
	}
	if l.TLS {
		scheme += "s"
	}
	return scheme
}
