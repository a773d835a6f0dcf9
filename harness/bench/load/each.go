package load

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// perConnection is the load everybody writes first: a goroutine for each connection.
type perConnection struct {
	plan    Plan
	receive receive
	tally   *tally
}

// receive connects once and notes every message until the connection ends.
type receive func(ctx context.Context, t wire.Target, n *notes) error

// each makes the load of a library.
func each(r receive) func(Plan) (Load, error) {
	return func(p Plan) (Load, error) {
		return &perConnection{plan: p, receive: r, tally: newTally(p)}, nil
	}
}

// Open starts the connections on the schedule of the fleet's ramp; none waits for another.
func (p *perConnection) Open(ctx context.Context) error {
	start := wire.Now()
	for i := range p.plan.Connections {
		wire.SleepUntil(start + int64(float64(i)*float64(time.Second)/p.plan.PerSecond))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		go func() {
			n := &notes{tally: p.tally}
			p.tally.end(n, p.receive(ctx, p.plan.Target, n))
		}()
	}
	select {
	case <-p.tally.open:
		return nil
	case <-p.tally.failed:
		return fmt.Errorf("a connection ended before all were open: %w", p.tally.cause)
	case <-ctx.Done():
		return fmt.Errorf("%d of %d connections were open: %w", p.tally.greeted.Load(), p.plan.Connections, context.Cause(ctx))
	}
}

func (p *perConnection) Await(ctx context.Context) {
	select {
	case <-p.tally.complete:
	case <-ctx.Done():
	}
}

func (p *perConnection) Count() (Count, error) { return p.tally.count(), nil }
