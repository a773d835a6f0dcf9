package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/internal/wire"
)

// Remote is a machine where `pushbench node` runs.
type Remote struct {
	name    string
	session string
	bus     *nats.Conn
	ctx     context.Context // ends when the node is gone, for that reason
	gone    context.CancelCauseFunc
}

var _ Node = (*Remote)(nil)

// Join reaches the node of a name, which no other coordinator uses. Leave ends what is left on it.
func Join(ctx context.Context, bus *nats.Conn, name string) (*Remote, error) {
	r := &Remote{name: name, session: rand.Text(), bus: bus}
	if err := here(bus, coordinatorSubject(r.session)); err != nil {
		return nil, fmt.Errorf("node %s: %w", name, err)
	}
	a, err := wire.Ask(ctx, bus, nodeSubject(name), verbJoin, r.session)
	if errors.Is(err, nats.ErrNoResponders) {
		return nil, fmt.Errorf("no node %s is on the bus: start it there: pushbench node --nats URL --name %s", name, name)
	}
	if err != nil {
		return nil, fmt.Errorf("node %s: %w", name, err)
	}
	if err := a.Fault.err(); err != nil {
		return nil, err
	}
	r.ctx, r.gone = context.WithCancelCause(context.WithoutCancel(ctx))
	go func() { _ = r.lost(absent(r.ctx, bus, nodeSubject(name))) }()
	return r, nil
}

// Leave ends all that was started on the node and gives it free.
func (r *Remote) Leave() {
	_, _ = ask(context.Background(), r, verbLeave, call[wire.Nothing]{}) // a node that is gone has ended everything
	r.gone(fmt.Errorf("node %s: this coordinator has left it", r.name))
}

// lost ends all waits for the node, which is gone.
func (r *Remote) lost(err error) error {
	if r.ctx.Err() == nil {
		if errors.Is(err, nats.ErrNoResponders) {
			err = errors.New("it has left the bus")
		}
		r.gone(gone(r.name, err))
	}
	return context.Cause(r.ctx)
}

// ask makes a call and waits for its answer, also when it is cancelled: the node then ends what the call began.
func ask[Q, A any](ctx context.Context, r *Remote, v verb[Q, A], c call[Q]) (value A, err error) {
	if ctx.Err() != nil {
		return value, context.Cause(ctx)
	}
	c.Session = r.session
	if c.ID == "" {
		c.ID = rand.Text()
	}
	defer context.AfterFunc(ctx, func() {
		_, _ = wire.Ask(r.ctx, r.bus, nodeSubject(r.name), verbCancel, call[wire.Nothing]{Session: r.session, Of: c.ID})
	})()
	a, err := wire.Ask(r.ctx, r.bus, nodeSubject(r.name), v, c)
	switch {
	case r.ctx.Err() != nil || errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrConnectionClosed):
		return value, r.lost(err)
	case err != nil:
		return value, fmt.Errorf("node %s: %w", r.name, err)
	case a.Fault != nil && ctx.Err() != nil:
		return a.Value, context.Cause(ctx)
	default:
		return a.Value, a.Fault.err()
	}
}

// Name is the node's.
func (r *Remote) Name() string { return r.name }

// Describe describes the machine.
func (r *Remote) Describe(ctx context.Context) (Description, error) {
	return ask(ctx, r, verbDescribe, call[wire.Nothing]{})
}

// Observe watches the machine for a second.
func (r *Remote) Observe(ctx context.Context) ([]machine.Finding, error) {
	return ask(ctx, r, verbObserve, call[wire.Nothing]{})
}

// Neighbours are others' processes that were busy.
func (r *Remote) Neighbours(ctx context.Context) (Neighbours, error) {
	return ask(ctx, r, verbNeighbours, call[wire.Nothing]{})
}

// Read reads the probes.
func (r *Remote) Read(ctx context.Context, q Question) (Snapshot, error) {
	return ask(ctx, r, verbRead, call[Question]{Asked: q})
}

// Start starts a program and returns when it is ready.
func (r *Remote) Start(ctx context.Context, p program.Program, o StartOptions) (Process, error) {
	x := &remoteProcess{remoteThing: remoteThing{r, rand.Text()}, exited: make(chan error, 1)}
	var err error
	if x.ready, err = ask(ctx, r, verbStart, call[start]{ID: x.id, Asked: start{p, o}}); err != nil {
		return nil, err
	}
	go func() {
		defer close(x.exited)
		why, err := invoke(context.Background(), x.remoteThing, verbExited, wire.Nothing{})
		if err == nil {
			err = why.err()
		}
		if err != nil {
			x.exited <- err
		}
	}()
	return x, nil
}

// Trace loads a watch of processes.
func (r *Remote) Trace(ctx context.Context, processes []string, frame int) (Tracer, error) {
	t := remoteTracer{remoteThing{r, rand.Text()}}
	if _, err := ask(ctx, r, verbTrace, call[watch]{ID: t.id, Asked: watch{processes, frame}}); err != nil {
		return nil, err
	}
	return t, nil
}

// remoteThing is a process or a tracer of a node, by the call that made it.
type remoteThing struct {
	on *Remote
	id string
}

func invoke[Q, A any](ctx context.Context, t remoteThing, v verb[Q, A], asked Q) (A, error) {
	return ask(ctx, t.on, v, call[Q]{Of: t.id, Asked: asked})
}

// remoteProcess is a process of another machine.
type remoteProcess struct {
	remoteThing
	ready  Ready
	exited chan error
}

func (p *remoteProcess) Ready() Ready { return p.ready }

func (p *remoteProcess) Exited() <-chan error { return p.exited }

func (p *remoteProcess) Control(ctx context.Context, request wire.Request) (json.RawMessage, error) {
	return invoke(ctx, p.remoteThing, verbControl, request)
}

func (p *remoteProcess) Serving(ctx context.Context) (Serving, error) {
	return invoke(ctx, p.remoteThing, verbServing, wire.Nothing{})
}

func (p *remoteProcess) Pause(ctx context.Context, d time.Duration) error {
	_, err := invoke(ctx, p.remoteThing, verbPause, d)
	return err
}

func (p *remoteProcess) Stop(ctx context.Context) error {
	_, err := invoke(ctx, p.remoteThing, verbStop, wire.Nothing{})
	return err
}

func (p *remoteProcess) Kill(ctx context.Context) error {
	_, err := invoke(ctx, p.remoteThing, verbKill, wire.Nothing{})
	return err
}

// remoteTracer is a watch of another machine's kernel.
type remoteTracer struct{ remoteThing }

func (t remoteTracer) Start(ctx context.Context) error {
	_, err := invoke(ctx, t.remoteThing, verbTraceStart, wire.Nothing{})
	return err
}

func (t remoteTracer) Stop(ctx context.Context) (trace.Counts, error) {
	return invoke(ctx, t.remoteThing, verbTraceStop, wire.Nothing{})
}
