package node

import (
	"context"
	"fmt"
	"sync"
)

// session is what one coordinator has on this machine. Nothing of it is left when it ends.
type session struct {
	*Local
	id    string
	ctx   context.Context
	end   context.CancelCauseFunc
	calls sync.WaitGroup

	mu      sync.Mutex
	pending map[string]pending // calls
	made    map[string]any     // a Process or a Tracer, by the call that made it
}

// pending is a call that can be cancelled. The message that does so may overtake the call.
type pending struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func newSession(ctx context.Context, id string, on *Local) *session {
	x := &session{Local: on, id: id, pending: map[string]pending{}, made: map[string]any{}}
	x.ctx, x.end = context.WithCancelCause(context.WithoutCancel(ctx))
	return x
}

// call finds a call that has begun or is about to.
func (x *session) call(id string) pending {
	x.mu.Lock()
	defer x.mu.Unlock()
	p, ok := x.pending[id]
	if !ok {
		p.ctx, p.cancel = context.WithCancel(x.ctx)
		x.pending[id] = p
	}
	return p
}

// done ends a call.
func (x *session) done(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pending[id].cancel()
	delete(x.pending, id)
	x.calls.Done()
}

// keep has what a call made found by later ones.
func (x *session) keep(id string, made any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.made[id] = made
}

// find returns what an earlier call made.
func find[T any](x *session, id string) (T, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	made, ok := x.made[id].(T)
	if !ok {
		return made, fmt.Errorf("node %s: call %s made nothing", x.Name(), id)
	}
	return made, nil
}

// close ends all calls, and what they have left. No call may begin any more.
func (x *session) close(why error) {
	x.end(why)
	x.calls.Wait()
	for _, made := range x.made {
		switch made := made.(type) {
		case Process:
			_ = made.Kill(context.Background()) // there is no caller left
		case Tracer:
			_, _ = made.Stop(context.Background())
		}
	}
}
