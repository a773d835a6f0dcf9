package trial

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/process"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Progress follows a run. Its methods are called from one goroutine.
type Progress interface {
	Trial(number, of int, p scenario.Trial)
	Phase(name string, left time.Duration) // scheduled time from here to the trial's end
	Done(t results.Trial)
}

// Run is one invocation: the trials of a scenario that the record does not have yet.
type Run struct {
	Scenario *scenario.Scenario
	Record   results.Run // as it is before its first trial, or of the run that is resumed
	Folder   *results.Folder
	Next     int       // serial number of the next trial
	Node     node.Node // where everything runs
	Bus      *Bus
	Engine   string                    // of the agents
	Old      string                    // file of the build of pushbench that serves lanes with option +old
	Rate     func(lane string) float64 // most connections per second that the load can open; 0: any number
	Limits   machine.Limits
	Division machine.Division
	Tracing  bool // the machine allows it; where not, traced phases are left out
	Progress Progress

	neighbours neighbours
	measured   *results.Measured // of a run that adds blocks, from its first look on
}

// Execute runs every missing trial in the plan's order and saves the record after each; then, one by one, the blocks it
// takes to be precise. A trial that fails is recorded and the run continues; the error then has how many did. The error of
// a run that was interrupted is the context's cause.
func (r *Run) Execute(ctx context.Context) error {
	err := r.save()
	if err != nil {
		return err
	}
	for done, goOn := 0, true; goOn; {
		if err := r.trials(ctx, done); err != nil {
			return err
		}
		done = r.Record.Planned
		if goOn, err = r.another(ctx); err != nil {
			return err
		}
	}
	r.Record.Finished = time.Now().UTC()
	if err := r.save(); err != nil {
		return err
	}
	if missing := r.Missing(); missing > 0 {
		return fmt.Errorf("%d of %d trials failed or are invalid: the report names them", missing, r.Record.Planned)
	}
	return nil
}

// Missing is how many trials of the plan the record has no good one of.
func (r *Run) Missing() (n int) {
	for _, p := range r.plan() {
		if !r.ended(p, results.StatusOK) {
			n++
		}
	}
	return n
}

// blocks are those the run is to have, as far as is known by now.
func (r *Run) blocks() int { return r.Record.Planned / len(r.Scenario.Contestants()) }

// plan is that of these blocks.
func (r *Run) plan() []scenario.Trial {
	return r.Scenario.Plan(r.blocks())
}

// trials runs the missing part of the plan, from one of its trials on.
func (r *Run) trials(ctx context.Context, from int) error {
	plan := r.plan()
	for i := from; i < len(plan); i++ {
		if err := r.attempt(ctx, i+1, len(plan), plan[i]); err != nil {
			return err
		}
	}
	// An invalid trial is repeated once: it has no figures of its lane, and one that is missing costs every verdict.
	// Both stay in the record. A failed one is not: its lane may be what failed.
	for i := from; i < len(plan); i++ {
		if !r.ended(plan[i], results.StatusInvalid) {
			continue
		}
		if err := r.attempt(ctx, i+1, len(plan), plan[i]); err != nil {
			return err
		}
	}
	return nil
}

// attempt runs one trial unless the record has a good one, and saves its rows.
func (r *Run) attempt(ctx context.Context, number, of int, p scenario.Trial) error {
	if r.ended(p, results.StatusOK) {
		return nil
	}
	r.Progress.Trial(number, of, p)
	look := r.neighbours.look(ctx, r.Node)
	ended, data := r.once(ctx, p)
	ended = ended.Plain()
	look(ended.Trial)
	r.Progress.Done(ended)
	if err := r.keep(ended, data.Rows); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// keep adds a trial to the run and its folder.
func (r *Run) keep(ended results.Trial, rows results.Rows) error {
	if err := r.Folder.Append(rows); err != nil {
		return err
	}
	r.Record.Trials = append(r.Record.Trials, ended)
	if r.measured != nil {
		if err := r.measured.Add(ended, rows); err != nil {
			return err
		}
	}
	return r.save()
}

// save writes the record, with the busy neighbours so far.
func (r *Run) save() error {
	record := r.Record
	record.Warnings = slices.Concat(record.Warnings, r.neighbours.warnings())
	return r.Folder.SaveRun(record)
}

// ended reports whether the record holds a trial of this contestant in this block that ended so.
func (r *Run) ended(p scenario.Trial, status string) bool {
	for _, t := range r.Record.Trials {
		if t.Block == p.Block && t.Lane == p.Lane && t.Level == p.Level && t.Status == status {
			return true
		}
	}
	return false
}

// once runs one trial and returns how it ended, with its rows.
func (r *Run) once(ctx context.Context, p scenario.Trial) (results.Trial, *rows) {
	number := r.Next
	r.Next++
	begin := time.Now()
	data := &rows{begin: begin, like: results.Sample{
		Run: r.Record.Name, Scenario: r.Scenario.Name, Lane: p.Lane, Level: p.Level, Block: p.Block, Trial: number,
	}}
	t := &trial{scenario: r.Scenario.At(p.Level), lane: p.Lane, connectRate: r.Rate(p.Lane), mark: wire.NewMark(), spins: r.spins(p), tracing: r.Tracing, progress: r.Progress.Phase, rows: data}
	err := r.conduct(ctx, t, number)
	if err == nil {
		err = data.err
	}
	ended := results.Trial{
		Trial: number, Block: p.Block, Lane: p.Lane, Level: p.Level, Started: begin.UTC(), Seconds: time.Since(begin).Seconds(),
		Status: results.StatusOK, Warnings: t.warnings, Invalid: t.invalid, Measured: t.processes, Unseen: t.unseen, Within: t.within, Ending: t.ending,
	}
	if len(t.invalid) > 0 {
		ended.Status = results.StatusInvalid
	}
	if err != nil {
		ended.Status, ended.Error = results.StatusFailed, err.Error()
		if errors.Is(err, context.Canceled) {
			ended.Error = "interrupted"
		}
		if death := (*process.DeathError)(nil); errors.As(err, &death) {
			ended.Stderr = death.Stderr
		}
		slog.Debug("trial failed", "trial", number, "lane", p.Lane, "error", err)
	}
	return ended, data
}

// spins reports whether the load never sleeps: only an event loop can be told not to.
func (r *Run) spins(p scenario.Trial) bool {
	return r.Scenario.At(p.Level).Reader == scenario.ReaderBusyPoll && r.Engine == engineEpoll
}

// conduct starts the processes of a trial, runs its phases, and leaves no process behind.
func (r *Run) conduct(ctx context.Context, t *trial, number int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	server, err := r.start(ctx, t.scenario, t.lane)
	if err != nil {
		return err
	}
	all := parts(server.parts())
	defer func() { killAll(all) }()
	s, err := startPath(ctx, r.Node, server, t.scenario.Proxies, node.StartOptions{CPUs: r.Division.Server, Connections: t.scenario.MaxConnections(), Silence: t.scenario.Proxy.Idle})
	if err != nil {
		return err
	}
	all = s.parts()
	t.rows.sample(results.PhaseBaseline, 0, sourceTrial, "proxies", results.Count, float64(len(t.scenario.Proxies)))
	if err := r.link(ctx, t, s, number); err != nil {
		return err
	}
	if t.link != nil {
		all = append(all, t.link.part)
	}
	a, err := startAgents(ctx, r.Node, r.Bus, t.scenario.Sockets(), r.Limits, AgentOptions{
		Name: fmt.Sprintf("%s-%d", r.Record.Name, number), CPUs: r.Division.Agents, Engine: r.Engine, Reader: t.scenario.Reader, Link: t.link,
	})
	if err != nil {
		return err
	}
	all = append(all, a.parts()...)
	noted := newNoting(a)
	t.topology, t.server, t.fleet = all, s, noted
	t.external, _ = server.(*external)
	t.separated, _ = server.(*separated)
	defer noted.warn(t)
	conducted := make(chan struct{})
	defer close(conducted)
	for _, p := range all {
		p.watch(conducted, cancel)
	}
	err = t.conduct(ctx)
	// Whatever the death of a process broke first, the death is what happened.
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// link starts the link of the trial's path, if it has one, and reads what it is.
func (r *Run) link(ctx context.Context, t *trial, to Server, number int) error {
	l := t.scenario.Link
	if l == nil {
		return nil
	}
	targets, err := to.Targets()
	if err != nil {
		return err
	}
	// Each trial loses other packets, and a run that is repeated the same.
	seed := t.scenario.Seed<<32 + uint64(number) //nolint:gosec // from 1 on
	if t.link, err = startLink(ctx, r.Node, *l, seed, targets, slices.Concat(r.Division.Server, r.Division.Agents)); err != nil {
		return err
	}
	if err := t.link.read(ctx, t); err != nil {
		t.link.kill()
		return err
	}
	return nil
}

// started is a server with the processes that are watched while it runs, and end with the trial.
type started interface {
	Server
	parts() []*part
}

// start runs the server of a lane: one of ours, or that of the lane's file.
func (r *Run) start(ctx context.Context, sc *scenario.Scenario, name string) (started, error) {
	if e := sc.Externals[name]; e != nil {
		return startExternal(ctx, r.Node, ExternalOptions{
			Lane: e, CPUs: r.Division.Server, Load: r.Division.Agents, Connections: sc.MaxConnections(),
			Heartbeat: sc.Heartbeat.Every, Patience: sc.Patience,
		})
	}
	o := ServerOptions{
		Lane: name, CPUs: r.Division.Server, History: sc.History, Lag: sc.Lag,
		Heartbeat: sc.Heartbeat.Every, HeartbeatEach: sc.Heartbeat.Timer == scenario.TimerEach,
		Unacked: sc.Heartbeat.Unacked, GOMAXPROCS: sc.GOMAXPROCS, Identity: wire.NewIdentity(),
	}
	if of, old := lane.Old(name); old {
		o.Lane, o.Build = of, r.Old
	}
	if sc.Publisher == scenario.PublisherSeparate {
		return startSeparated(ctx, r.Node, sc.Servers, o, r.Division.Agents)
	}
	return startServers(ctx, r.Node, sc.Servers, o)
}
