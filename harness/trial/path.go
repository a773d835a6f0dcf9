package trial

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
)

// proxied is a server whose clients connect to a proxy.
type proxied struct {
	started
	first       *scenario.Proxy // that clients connect to
	certificate string          // of that one, PEM; empty: it has none
	proxies     []*part         // from the clients on
}

// startPath starts the proxies that lead to a server, the one beside the server first.
func startPath(ctx context.Context, on node.Node, to started, path []*scenario.Proxy, o node.StartOptions) (started, error) {
	if len(path) == 0 {
		return to, nil
	}
	targets, err := to.Targets()
	if err != nil {
		return nil, err
	}
	if targets[0].TLS || targets[0].Path == "" {
		return nil, fmt.Errorf("no proxy of a path can stand before this lane: it has %s", map[bool]string{true: "TLS of its own", false: "no HTTP"}[targets[0].TLS])
	}
	p := &proxied{started: to, first: path[0]}
	if err := p.first.Reach(&targets[0], ""); err != nil {
		return nil, err
	}
	o.Role, o.Upstream = program.Proxy, targets[0].Address
	for _, proxy := range slices.Backward(path) {
		o.Label, o.Name, o.Front = "proxy "+proxy.Name, string(program.Proxy)+"-"+proxy.Name, proxy.Front
		one, err := p.start(ctx, on, proxy, o)
		if err != nil {
			killAll(p.proxies)
			return nil, err
		}
		p.proxies = append([]*part{one}, p.proxies...)
		o.Upstream = one.Ready().Address.String()
	}
	return p, nil
}

func (p *proxied) start(ctx context.Context, on node.Node, proxy *scenario.Proxy, o node.StartOptions) (*part, error) {
	runs, certificate, err := proxy.Secured()
	if err != nil {
		return nil, err
	}
	p.certificate = certificate // in the end of the first: it is started last
	return startPart(ctx, on, runs, o, 1)
}

// Targets lead to the first proxy.
func (p *proxied) Targets() ([]wire.Target, error) {
	targets, err := p.started.Targets()
	for i := range targets {
		targets[i].Address = p.proxies[0].Ready().Address.String()
		err = errors.Join(err, p.first.Reach(&targets[i], p.certificate))
	}
	return targets, err
}

// Stop ends the server, which ends its connections, and then the proxies.
func (p *proxied) Stop() error {
	err := p.started.Stop()
	for _, one := range p.proxies {
		err = errors.Join(err, one.Stop(context.Background()))
	}
	return err
}

func (p *proxied) parts() []*part { return append(p.started.parts(), p.proxies...) }
