package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/trace"
	"github.com/pushbench/pushbench/internal/wire"
)

// server serves this machine to coordinators, one at a time.
type server struct {
	name string
	on   Bus // where it is, for its agents
	bus  *nats.Conn
	ctx  context.Context

	mu      sync.Mutex // locked while a session ends
	session *session   // nil: no coordinator
}

var errEnded = errors.New("it has ended")

// CheckName is the error of the name of a remote node, which is a part of subjects.
func CheckName(name string) error {
	if ok, err := regexp.MatchString(`^[A-Za-z0-9_-]+$`, name); !ok || err != nil || name == LocalName {
		return fmt.Errorf("%q is no name of a node: use letters, digits, - and _, and not %s, which is the coordinator's own machine", name, LocalName)
	}
	return nil
}

// Serve joins the bus as the node of a name and serves coordinators until ctx ends or the bus is lost. It calls joined when it has
// joined.
func Serve(ctx context.Context, name string, on Bus, joined func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	bus, err := wire.JoinBus(on.URL, on.Token, "node "+name, cancel)
	if err != nil {
		return err
	}
	defer bus.Close()
	if err := present(ctx, bus, nodeSubject(name)); !errors.Is(err, nats.ErrNoResponders) {
		return fmt.Errorf("node %s: another node of this name is on the bus: choose another --name, or end that one", name)
	}
	s := &server{name: name, on: on, bus: bus, ctx: ctx}
	if err := s.serve(); err != nil {
		return fmt.Errorf("node %s: %w", name, err)
	}
	joined()
	<-ctx.Done()
	s.close(func(*session) bool { return true }, gone(name, errEnded))
	_ = bus.FlushTimeout(time.Second) // the last answers; the bus may be lost
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return fmt.Errorf("node %s: %w", name, cause)
	}
	return nil
}

// serve answers all verbs.
func (s *server) serve() error {
	type none = wire.Nothing
	err := errors.Join(
		here(s.bus, nodeSubject(s.name)),
		wire.Serve(s.bus, nodeSubject(s.name), verbJoin, inBackground, s.join),
		wire.Serve(s.bus, nodeSubject(s.name), verbCancel, inBackground, s.cancel),
		wire.Serve(s.bus, nodeSubject(s.name), verbLeave, inBackground, s.leave),
		serve(s, verbDescribe, func(ctx context.Context, x *session, _ call[none]) (Description, error) { return x.Describe(ctx) }),
		serve(s, verbObserve, func(ctx context.Context, x *session, _ call[none]) ([]machine.Finding, error) { return x.Observe(ctx) }),
		serve(s, verbNeighbours, func(ctx context.Context, x *session, _ call[none]) (Neighbours, error) { return x.Neighbours(ctx) }),
		serve(s, verbRead, func(ctx context.Context, x *session, c call[Question]) (Snapshot, error) { return x.Read(ctx, c.Asked) }),
		serve(s, verbStart, started),
		serve(s, verbTrace, traced),
		serve(s, verbControl, of(func(ctx context.Context, p Process, r wire.Request) (json.RawMessage, error) {
			return p.Control(ctx, r)
		})),
		serve(s, verbServing, of(func(ctx context.Context, p Process, _ none) (Serving, error) { return p.Serving(ctx) })),
		serve(s, verbPause, of(func(ctx context.Context, p Process, d time.Duration) (n none, _ error) { return n, p.Pause(ctx, d) })),
		serve(s, verbStop, of(func(ctx context.Context, p Process, n none) (none, error) { return n, p.Stop(ctx) })),
		serve(s, verbKill, of(func(ctx context.Context, p Process, n none) (none, error) { return n, p.Kill(ctx) })),
		serve(s, verbExited, of(exited)),
		serve(s, verbTraceStart, of(func(ctx context.Context, t Tracer, n none) (none, error) { return n, t.Start(ctx) })),
		serve(s, verbTraceStop, of(func(ctx context.Context, t Tracer, _ none) (trace.Counts, error) { return t.Stop(ctx) })),
	)
	return errors.Join(err, s.bus.Flush())
}

func inBackground(f func()) { go f() }

// serve answers a verb of a session.
func serve[Q, A any](s *server, v verb[Q, A], do func(context.Context, *session, call[Q]) (A, error)) error {
	return wire.Serve(s.bus, nodeSubject(s.name), v, inBackground, func(c call[Q]) (a answer[A], _ error) {
		x, err := s.enter(c.Session)
		if err == nil {
			a.Value, err = do(x.call(c.ID).ctx, x, c)
			x.done(c.ID)
		}
		a.Fault = faultOf(err)
		return a, nil
	})
}

// of answers a verb of what an earlier call has made.
func of[T, Q, A any](do func(context.Context, T, Q) (A, error)) func(context.Context, *session, call[Q]) (A, error) {
	return func(ctx context.Context, x *session, c call[Q]) (a A, err error) {
		made, err := find[T](x, c.Of)
		if err != nil {
			return a, err
		}
		return do(ctx, made, c.Asked)
	}
}

func started(ctx context.Context, x *session, c call[start]) (r Ready, err error) {
	p, err := x.Start(ctx, c.Asked.Program, c.Asked.Options)
	if err != nil {
		return r, err
	}
	x.keep(c.ID, p)
	return p.Ready(), nil
}

func traced(ctx context.Context, x *session, c call[watch]) (none wire.Nothing, err error) {
	t, err := x.Trace(ctx, c.Asked.Processes, c.Asked.Frame)
	if err == nil {
		x.keep(c.ID, t)
	}
	return none, err
}

// exited waits for the end of a process. The value is why it ended unasked.
func exited(ctx context.Context, p Process, _ wire.Nothing) (*fault, error) {
	select {
	case err := <-p.Exited():
		return faultOf(err), nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// join begins a session, unless another coordinator is there.
func (s *server) join(id string) (a answer[wire.Nothing], _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		a.Fault = faultOf(gone(s.name, errEnded))
		return a, nil
	}
	if s.session != nil {
		if present(s.ctx, s.bus, coordinatorSubject(s.session.id)) == nil {
			a.Fault = faultOf(fmt.Errorf("node %s is used by another coordinator: wait until that one ends, or start a node of another name", s.name))
			return a, nil
		}
		s.session.close(errors.New("the coordinator is gone"))
	}
	x := newSession(s.ctx, id, NewLocal(s.name, s.on))
	s.session = x
	go func() {
		_ = absent(x.ctx, s.bus, coordinatorSubject(id)) // whatever keeps it from answering
		s.close(func(now *session) bool { return now == x }, errors.New("the coordinator is gone"))
	}()
	return a, nil
}

// leave ends a session.
func (s *server) leave(c call[wire.Nothing]) (a answer[wire.Nothing], _ error) {
	s.close(func(x *session) bool { return x.id == c.Session }, errors.New("the coordinator has left"))
	return a, nil
}

// close ends the session, if it is the one that is meant.
func (s *server) close(meant func(*session) bool, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session != nil && meant(s.session) {
		s.session.close(why)
		s.session = nil
	}
}

// enter begins a call of a session.
func (s *server) enter(id string) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil, gone(s.name, errEnded)
	}
	if s.session == nil || s.session.id != id {
		return nil, fmt.Errorf("node %s has ended everything of this coordinator, which it took to be gone: begin again", s.name)
	}
	s.session.calls.Add(1)
	return s.session, nil
}

// cancel ends a call.
func (s *server) cancel(c call[wire.Nothing]) (a answer[wire.Nothing], _ error) {
	x, err := s.enter(c.Session)
	if err == nil {
		x.call(c.Of).cancel()
		x.calls.Done()
	}
	a.Fault = faultOf(err)
	return a, nil
}
