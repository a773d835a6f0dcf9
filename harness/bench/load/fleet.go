package load

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/internal/wire"
)

// ours is pushbench's own fleet, as an agent runs it.
type ours struct {
	plan  Plan
	fleet *fleet.Fleet
}

// engine makes the fleet with one of its engines.
func engine(e fleet.Engine) func(Plan) (Load, error) {
	return func(p Plan) (Load, error) {
		client, err := clients.ClientOf(p.Target)
		if err != nil {
			return nil, fmt.Errorf("%w: see clients/protocols.go", err)
		}
		f, err := fleet.New(fleet.Options{Engine: e, Reader: fleet.Batched}, client)
		if err != nil {
			return nil, err
		}
		return &ours{plan: p, fleet: f}, nil
	}
}

func (o *ours) Open(ctx context.Context) error {
	return o.fleet.Ramp(ctx, wire.Ramp{
		Targets: []wire.Target{o.plan.Target}, Connections: o.plan.Connections, PerSecond: o.plan.PerSecond, Agents: 1,
	})
}

func (o *ours) Await(ctx context.Context) {
	o.fleet.Await(ctx, wire.Collect{Through: uint64(o.plan.Messages), Timeout: math.MaxInt64}) //nolint:gosec // positive; ctx bounds the wait
}

// Count closes the fleet's report: what comes later would be counted as lost.
func (o *ours) Count() (Count, error) {
	r, err := o.fleet.Collect(context.Background(), wire.Collect{Through: uint64(o.plan.Messages), Timeout: time.Nanosecond}) //nolint:gosec // positive
	c := Count{Open: r.Connections, Received: r.Received, Odd: r.Duplicated + r.Reordered}
	for cause := range r.Errors {
		c.Cause = cause
	}
	return c, err
}
