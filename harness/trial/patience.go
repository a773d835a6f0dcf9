package trial

import (
	"context"
	"fmt"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/internal/wire"
)

// A process that was stopped, or is wedged, answers nothing and does not end. So whatever is asked of server and fleet has
// an end here; what has a schedule of its own (Ramp, OpenUplinks, Send, Broadcast) has it in trial.phase.

// patient is a context for one request, which may take as long as it has to and the scenario's patience.
func patient(ctx context.Context, patience, has time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, has+patience, fmt.Errorf("no answer within %v of patience: is it stopped, or out of cpu or memory?", patience))
}

// patientFleet bounds the calls of a fleet.
type patientFleet struct {
	Fleet
	patience time.Duration
}

func (f patientFleet) Profile(ctx context.Context, p wire.Profile) error {
	ctx, cancel := patient(ctx, f.patience, 0)
	defer cancel()
	return f.Fleet.Profile(ctx, p)
}

func (f patientFleet) Blackhole(ctx context.Context, b wire.Blackhole) error {
	ctx, cancel := patient(ctx, f.patience, 0)
	defer cancel()
	return f.Fleet.Blackhole(ctx, b)
}

func (f patientFleet) Expect(ctx context.Context, e wire.Expect) error {
	ctx, cancel := patient(ctx, f.patience, 0)
	defer cancel()
	return f.Fleet.Expect(ctx, e)
}

func (f patientFleet) CloseUplinks(ctx context.Context, none wire.Nothing) error {
	ctx, cancel := patient(ctx, f.patience, 0)
	defer cancel()
	return f.Fleet.CloseUplinks(ctx, none)
}

func (f patientFleet) Report(ctx context.Context, c wire.Collect) (wire.Report, error) {
	ctx, cancel := patient(ctx, f.patience, c.Timeout)
	defer cancel()
	return f.Fleet.Report(ctx, c)
}

// patientServer bounds the calls of a server.
type patientServer struct {
	Server
	patience time.Duration
}

func (s patientServer) Collect(ctx context.Context) error {
	ctx, cancel := patient(ctx, s.patience, 0)
	defer cancel()
	return s.Server.Collect(ctx)
}

func (s patientServer) Cut(ctx context.Context) error {
	ctx, cancel := patient(ctx, s.patience, 0)
	defer cancel()
	return s.Server.Cut(ctx)
}

// patientTopology bounds the calls of nodes.
type patientTopology struct {
	topology
	patience time.Duration
}

func (p patientTopology) read(ctx context.Context, q node.Question) (node.Snapshot, error) {
	ctx, cancel := patient(ctx, p.patience, 0)
	defer cancel()
	return p.topology.read(ctx, q)
}
