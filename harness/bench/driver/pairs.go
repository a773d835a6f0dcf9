package driver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
)

// Pair is two broadcasts of the same server to the same connections, one between two readings of all probes, as in a
// trial, and one alone. All but Messages are seconds of the server's CPU.
type Pair struct {
	Probed   float64 `json:"probed"`   // the broadcast between readings
	Plain    float64 `json:"plain"`    // and the one without
	Reading  float64 `json:"reading"`  // the readings themselves, both outside the broadcast
	Messages int     `json:"messages"` // delivered in one broadcast
}

// The work of a pair: short broadcasts, one close behind the other. The ratio of a pair then spread by 3.5 %, with twice
// the time between messages by 6 %, and with a reader that rests by 10 % (2 CPUs, 5000 connections).
const (
	pairLane  = "ws-gorilla"
	pairRate  = 20 // messages a second
	pairCount = 10
	warmUps   = 2 // pairs that are not counted: stacks and buffers grow once
	openRate  = 2500
)

// probed is a server with its connections.
type probed struct {
	settings Settings
	on       node.Node
	server   trial.Server
	pid      int // of the server
	fleet    trial.Fleet
}

// RunPairs measures what reading the probes around a broadcast costs the server within it. Which of a pair comes first
// is drawn, because the machine drifts.
func RunPairs(ctx context.Context, s Settings, l machine.Limits, d machine.Division, progress func(done, of int, next string)) (pairs []Pair, err error) {
	limit := patience + time.Duration(s.Probed/openRate+(s.Pairs+warmUps)*2)*time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("pairs took longer than %v", limit))
	defer cancel()
	bus, err := trial.OpenBus("", "", func(error) {})
	if err != nil {
		return nil, err
	}
	defer bus.Close()
	p := probed{settings: s, on: node.NewLocal(node.LocalName, node.Bus{URL: bus.URL, Token: bus.Token})}
	p.server, err = trial.StartServer(ctx, p.on, trial.ServerOptions{Lane: pairLane, CPUs: d.Server, History: history, Lag: "disconnect"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.server.Stop()) }()
	p.fleet, err = trial.StartFleet(ctx, p.on, bus, s.Probed, l, trial.AgentOptions{Name: "pairs", CPUs: d.Agents, Engine: "auto", Reader: "busy-poll"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.fleet.Stop(context.WithoutCancel(ctx))) }()
	if err := p.open(ctx); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(s.Seed, 1)) //nolint:gosec // an order, not a secret
	for i := range s.Pairs + warmUps {
		if (i-warmUps)%10 == 0 {
			progress(i-warmUps, s.Pairs, fmt.Sprintf("pairs of broadcasts to %d connections with and without probes", s.Probed))
		}
		pair, err := p.pair(ctx, random.IntN(2) == 0)
		if err != nil {
			return nil, fmt.Errorf("pair %d: %w", i+1-warmUps, err)
		}
		if i >= warmUps {
			pairs = append(pairs, pair)
		}
	}
	return pairs, nil
}

// open finds the process of the server and opens the connections.
func (p *probed) open(ctx context.Context) error {
	targets, err := p.server.Targets()
	if err != nil {
		return err
	}
	now, err := p.read(ctx, node.Before)
	if err != nil {
		return err
	}
	p.pid = now.Running["server"].PIDs[0]
	return p.fleet.Ramp(ctx, wire.Ramp{Targets: targets, Connections: p.settings.Probed, PerSecond: openRate})
}

func (p probed) pair(ctx context.Context, probedFirst bool) (pair Pair, err error) {
	steps := []func(context.Context, *Pair) error{p.plain, p.between}
	if probedFirst {
		slices.Reverse(steps)
	}
	pair.Messages = pairCount * p.settings.Probed
	for _, step := range steps {
		if err := step(ctx, &pair); err != nil {
			return pair, err
		}
	}
	return pair, nil
}

func (p probed) plain(ctx context.Context, pair *Pair) (err error) {
	pair.Plain, err = onCPU(p.pid, func() error { return p.broadcast(ctx) })
	return err
}

// between puts the broadcast where a trial's phase has its work.
func (p probed) between(ctx context.Context, pair *Pair) error {
	opening, err := onCPU(p.pid, func() error { _, err := p.read(ctx, node.Before); return err })
	if err != nil {
		return err
	}
	if pair.Probed, err = onCPU(p.pid, func() error { return p.broadcast(ctx) }); err != nil {
		return err
	}
	closing, err := onCPU(p.pid, func() error { _, err := p.read(ctx, node.After); return err })
	pair.Reading = opening + closing
	return err
}

// read reads what a trial reads around a phase.
func (p probed) read(ctx context.Context, m node.Moment) (node.Snapshot, error) {
	return p.on.Read(ctx, node.Question{Moment: m, Processes: []string{"server", "load"}})
}

// broadcast ends when every connection has every message, or fails.
func (p probed) broadcast(ctx context.Context) error {
	sent, err := p.server.Broadcast(ctx, wire.Broadcast{Rate: pairRate, Count: pairCount, Size: p.settings.Size})
	if err != nil {
		return err
	}
	r, err := p.fleet.Report(ctx, wire.Collect{After: sent.After, Through: sent.Through, Timeout: patience})
	if want := uint64(pairCount * p.settings.Probed); err == nil && r.Received != want { //nolint:gosec // a count
		err = fmt.Errorf("received %d of %d messages", r.Received, want)
	}
	return err
}
