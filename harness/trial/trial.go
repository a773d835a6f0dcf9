// Package trial conducts the experiment: one fresh server process and one fleet through the phases of a scenario, trial
// after trial, every value written down as soon as its trial has ended.
//
// It is between the scenario, the plan, and results, which keeps the measurements. Server and fleet are
// processes of their own on CPUs of their own; this process idles while they work.
//
// A trial is one loop over the phases of its scenario: kinds.go and events.go are the tables of what they can be. Around them are
// samples of what the server holds: baseline, a level behind each ramp, warmed before the first broadcast where clients come and go,
// after; and drain, the end of the server.
package trial

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Server is what is measured: a lane's process, or several that share its connections.
type Server interface {
	Targets() ([]wire.Target, error)
	Stats(ctx context.Context) (wire.Stats, error)
	Broadcast(ctx context.Context, b wire.Broadcast) (wire.Published, error)
	Collect(ctx context.Context) error // garbage
	Cut(ctx context.Context) error     // ends every connection there is
	Stop() error                       // drain and end

	Pause(ctx context.Context, d time.Duration) error // stops it like a debugger would, and lets it continue after d
}

// Fleet is its load.
type Fleet interface {
	Ramp(ctx context.Context, r wire.Ramp) error
	Profile(ctx context.Context, p wire.Profile) error
	Blackhole(ctx context.Context, b wire.Blackhole) error
	Expect(ctx context.Context, e wire.Expect) error
	OpenUplinks(ctx context.Context, o wire.OpenUplinks) error
	CloseUplinks(ctx context.Context, none wire.Nothing) error
	Send(ctx context.Context, s wire.Send) error
	Report(ctx context.Context, c wire.Collect) (wire.Report, error)
	Stop(ctx context.Context) error
}

// trial is one lane, once.
type trial struct {
	scenario  *scenario.Scenario
	lane      string
	mark      wire.Mark // of its stamps
	topology  topology
	server    Server
	external  *external  // the server, if it is not ours
	separated *separated // the servers, if another process publishes to them
	link      *link      // of the path; nil: it has none
	fleet     Fleet
	spins     bool                                   // the load never sleeps
	tracing   bool                                   // the machine allows it
	progress  func(phase string, left time.Duration) // what begins, and the scheduled time from there to the trial's end
	rows      *rows

	current     scenario.Phase
	left        time.Duration // scheduled, from the current phase on
	connectRate float64       // most connections per second that the load can open on this lane; 0: any number
	ramped      *Ramp         // the last one, as fast as the load can open this lane
	warm        bool          // sampled as warmed

	transport   string // of the lane
	woken       bool   // its connections were confirmed by a message of ours
	open        int    // connections
	last        uint64 // sequence number of the last message published
	uplinksOpen bool   // the connections are open that clients send on
	frame       int    // bytes on the wire a message of the first broadcast took; 0: none was received
	warnings    []results.Warning
	invalid     []results.Warning // why the trial measured its load generator; empty: it did not

	processes []results.Process // of a server that is not ours
	unseen    string            // why there are none
	within    string            // bounds of their control group
	upstream  []probe.Owner     // whom the server was connected to after the ramp before
	ending    []string          // what the server did when it was stopped
}

// conduct runs all phases. What was recorded before an error stays in rows.
func (t *trial) conduct(ctx context.Context) error {
	t.topology = patientTopology{t.topology, t.scenario.Patience}
	t.server, t.fleet = patientServer{t.server, t.scenario.Patience}, patientFleet{t.fleet, t.scenario.Patience}
	t.left = t.scenario.Duration()
	t.progress(results.PhaseBaseline, t.left)
	if err := t.level(ctx, results.PhaseBaseline); err != nil {
		return err
	}
	for _, p := range t.scenario.Phases {
		t.current = p
		t.progress(p.Name, t.left)
		if err := p.Work.(phase).run(ctx, t, p.Name); err != nil { //nolint:forcetypeassert // each row of the table is one
			return err
		}
		t.left -= p.Duration()
	}
	if err := t.closeUplinks(ctx); err != nil {
		return err
	}
	if err := t.level(ctx, results.PhaseAfter); err != nil {
		return err
	}
	t.progress(results.PhaseDrain, 0)
	return t.drain(ctx)
}

// phase runs work between two readings of all probes, within its schedule and the scenario's patience, and records what
// grew. Connections is of the rows.
func (t *trial) phase(ctx context.Context, name string, connections int, scheduled time.Duration, work func(context.Context) error) error {
	ctx, cancel := t.limited(ctx, scheduled)
	defer cancel()
	before, err := t.topology.read(ctx, node.Question{Moment: node.Before})
	if err != nil {
		return fmt.Errorf("phase %s: %w", name, err)
	}
	begin := time.Now()
	if err := t.during(ctx, name, work); err != nil {
		return fmt.Errorf("phase %s: %w", name, err)
	}
	took := time.Since(begin)
	after, err := t.topology.read(ctx, node.Question{Moment: node.After})
	if err != nil {
		return fmt.Errorf("phase %s: %w", name, err)
	}
	grown, ended := node.Grown(before, after)
	if slices.ContainsFunc(ended, isMeasured) {
		t.warn(name, results.ProcessesEnded, nil)
		t.checkKilled(name, before.Group.Kills, after.Group.Kills)
	}
	for _, r := range grown {
		if !isMeasured(r.Process) {
			continue
		}
		t.rows.reading(name, connections, r)
		if r.Source == "sockets" && r.Metric == "dropped" && r.Value > 0 {
			t.warn(name, results.ServerDropped, nil)
		}
	}
	used := t.used(grown, before, after)
	t.rows.sample(name, connections, sourceTrial, "duration", results.Seconds, took.Seconds())
	t.checkShare(name, used.agents, took)
	t.checkThrottled(name, used.throttled, throttledServer(grown, after.Running), took)
	others := used.byOthers(grown)
	if len(ended) > 0 {
		others.CPU = math.NaN() // the time of processes that have ended is in it
	}
	t.interference(name, connections, used, others, took)
	return nil
}

// limited is the context of a phase, which ends when it takes longer than its schedule and the scenario's patience.
func (t *trial) limited(ctx context.Context, scheduled time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, scheduled+t.scenario.Patience,
		fmt.Errorf("it took longer than its schedule and %v of patience", t.scenario.Patience))
}

// warn records a warning, once: each level of the ramp can have the same. Without a phase it is of the trial.
func (t *trial) warn(phase string, code results.Code, args results.Args) {
	t.warnings = results.AddWarning(t.warnings, results.Warning{Code: code, Phase: phase, Args: args})
}
