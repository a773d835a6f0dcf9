package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/harness/conform"
	"github.com/pushbench/pushbench/harness/control"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/internal/wire"
)

// start is how to come by the server that is to be asked, and what kind of server that is.
func (o conformOptions) start(what string) (start conform.Start, kind string, err error) {
	if strings.Contains(what, "://") {
		ready, err := o.ready(what)
		return startLent(ready), "a server that runs already", err
	}
	if o.transport != "" || o.control != "" || o.token != "" || o.certificate != "" || o.streams != 0 {
		return nil, "", errors.New("--transport, --control, --token, --certificate and --streams are of a URL: a lane has its own")
	}
	cpus, err := machine.CPUs()
	if err != nil {
		return nil, "", err
	}
	if e, external, err := scenario.ExternalLane(what); err != nil || external {
		if err == nil {
			err = e.Missing()
		}
		return startExternal(e, cpus, o.patience), "external lanes", err
	}
	if err := catalog().Lane(what); err != nil {
		return nil, "", err
	}
	return func(ctx context.Context, heartbeat time.Duration) (conform.Server, error) {
		s, err := trial.StartServer(ctx, local(), trial.ServerOptions{
			Lane: what, CPUs: cpus, Heartbeat: heartbeat, Unacked: 20 * time.Second, History: 1024, Lag: scenario.LagDisconnect,
		})
		return s, err
	}, what, nil
}

// local is this machine.
func local() node.Node { return node.NewLocal(node.LocalName, node.Bus{}) }

// listened is the error of an address without a listener.
func listened(ctx context.Context, network, address string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("no server listens at %s: is it started?", address)
	case err != nil:
		return fmt.Errorf("no answer from %s: %w", address, err)
	}
	return c.Close()
}

// ready is the ready line made of the flags.
func (o conformOptions) ready(address string) (wire.Ready, error) {
	t, err := wire.TargetOf(address)
	t.Transport, t.Streams = o.transport, o.streams
	r := wire.Ready{URL: address, Control: strings.TrimSuffix(o.control, "/"), Token: o.token, Target: t}
	scheme, _, _ := strings.Cut(address, "://")
	switch {
	case r.Transport != "":
	case scheme == "ws", scheme == "wss":
		r.Transport = "websocket"
	case scheme == "tcp", scheme == "tls":
		r.Transport = "tcp"
	}
	r.TLS = scheme == "https" || scheme == "wss" || scheme == "tls"
	var known []string
	for _, p := range clients.Protocols() {
		known = append(known, p.Transport)
	}
	switch {
	case r.Transport == "":
		return r, fmt.Errorf("%s is ambiguous: set --transport%s", address, strict.Suggest("", known))
	case !slices.Contains(known, r.Transport):
		return r, fmt.Errorf("no transport %q%s", r.Transport, strict.Suggest(r.Transport, known))
	case r.Control == "" || r.Token == "":
		return r, errors.New("--control and --token are missing: the ready line of pushbench serve has them, and messages are published through them")
	}
	if r.TLS {
		text, err := os.ReadFile(o.certificate)
		if err != nil {
			return r, fmt.Errorf("%s is within TLS: give the certificate of its ready line as a file with --certificate: %w", address, err)
		}
		r.Certificate = string(text)
	}
	if err == nil && !strings.Contains(t.Address, ":") {
		err = fmt.Errorf("%s names no port", address)
	}
	return r, err
}

// lent is a server that was started elsewhere.
type lent struct {
	*control.Client
	direct *control.Direct
	line   wire.Ready
}

// startLent finds a server that runs already.
func startLent(r wire.Ready) conform.Start {
	return func(ctx context.Context, heartbeat time.Duration) (conform.Server, error) {
		if heartbeat > 0 {
			return nil, conform.SkipReason("it has the heartbeat it was started with")
		}
		control, err := url.Parse(r.Control)
		if err != nil {
			return nil, err
		}
		if err := listened(ctx, "tcp", control.Host); err != nil {
			return nil, err
		}
		l := newLent(r)
		if !r.UDP {
			err = listened(ctx, "tcp", r.Address)
		}
		return l, err
	}
}

func newLent(r wire.Ready) lent {
	direct := &control.Direct{URL: r.Control, Token: r.Token}
	return lent{&control.Client{Over: direct.Do}, direct, r}
}

// Targets are where to subscribe.
func (l lent) Targets() ([]wire.Target, error) {
	return []wire.Target{l.line.Target}, nil
}

// Stop leaves it as it is.
func (l lent) Stop() error { return goesOn }

// goesOn is why a server is not ended.
const goesOn = conform.SkipReason("it was running before, and keeps running")
