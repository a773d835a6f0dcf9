package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/machine"
	"github.com/pushbench/pushbench/harness/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trace"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
)

// runOptions are the flags of compare and run.
type runOptions struct {
	lanes  []string
	out    string
	resume string
	nats   string
	token  string
	engine string

	precise string
	budget  time.Duration
	given   func(flag string) bool
}

func (o *runOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.lanes, "lanes", nil, "measure these lanes in place of the scenario's, the first as the baseline: names and groups\n"+
		"such as ws-gorilla,@sse,@tuned or @all; its twin, where the scenario runs one, follows the baseline")
	f.StringVar(&o.out, "out", filepath.Join("results", "runs"), "folder the run's folder is made in")
	f.StringVar(&o.resume, "resume", "", "continue a run that was interrupted or had failed trials: its folder, or latest")
	f.StringVar(&o.engine, "engine", string(fleet.Auto), "what carries the load's connections: auto, epoll or goroutine")
	f.StringVar(&o.nats, "nats", "", "use this NATS server instead of the embedded one")
	f.StringVar(&o.precise, "until-precise", "", "after the scenario's blocks, add more until each ratio's interval is this narrow: 3% or 0.03")
	f.DurationVar(&o.budget, "budget", 30*time.Minute, "of --until-precise: no block is added that would make all trials take longer")
	o.given = f.Changed
	f.StringVar(&o.token, "token", os.Getenv(wire.TokenVariable), "token of that server")
}

// defaultScenario is what compare runs without an argument.
const defaultScenario = "compare"

// measure runs what the arguments ask for and returns the run's folder; empty when nothing was started.
func measure(ctx context.Context, s Streams, o runOptions, args []string) (string, error) {
	if err := (fleet.Options{Engine: fleet.Engine(o.engine), Reader: fleet.Coalesced}).Check(); err != nil {
		return "", usageError{err}
	}
	limits, err := machine.ReadLimits("/proc")
	if err != nil {
		return "", err
	}
	r, err := prepare(ctx, o, args, limits)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: nothing was measured")
	}
	if err != nil {
		return "", err
	}
	dir := r.Folder.Dir()
	defer r.Folder.Close() //nolint:errcheck // every trial was synced
	if err := link(filepath.Join(o.out, "latest"), dir); err != nil {
		return "", err
	}
	for _, w := range r.Record.Warnings {
		fmt.Fprintf(s.Err, "warning: %s\n", w)
	}
	p := newProgress(s.Err, r.Scenario)
	r.Progress = p
	slog.Info("run", "folder", dir, "server cpus", machine.List(r.Division.Server), "agent cpus", machine.List(r.Division.Agents))
	err = r.Execute(ctx)
	p.close()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted: what was measured is in %s; go on with: pushbench compare --resume %s", dir, dir)
	}
	return dir, err
}

// prepare checks that the machine can hold the scenario, and opens its folder: a new one, or that of the run to resume.
func prepare(ctx context.Context, o runOptions, args []string, limits machine.Limits) (*trial.Run, error) {
	if o.resume != "" {
		if len(args) > 0 {
			return nil, usageError{errors.New("--resume takes the scenario from the run: leave the scenario out")}
		}
		if o.given("lanes") {
			return nil, usageError{errors.New("--resume takes the lanes from the run: leave --lanes out")}
		}
		return resumed(ctx, o, limits)
	}
	name := defaultScenario
	if len(args) > 0 {
		name = args[0]
	}
	sc, err := o.scenario(name)
	if err != nil {
		return nil, usageError{err}
	}
	r, err := planned(ctx, o, sc, limits, nil)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	r.Record.Name, r.Record.Started = sc.Name+"-"+now.Format("20060102-150405"), now.UTC()
	r.Folder, err = results.Create(filepath.Join(o.out, r.Record.Name))
	r.Next = 1
	return r, err
}

// scenario is the one of a name or path, with the lanes the flags ask for.
func (o runOptions) scenario(name string) (*scenario.Scenario, error) {
	sc, err := scenario.Load(name, vocabulary())
	if err != nil || !o.given("lanes") {
		return sc, err
	}
	return sc.WithLanes(o.lanes, vocabulary())
}

// planned is a run that has not begun, of a scenario this machine can hold; before is how precise an earlier part of it was
// to be.
func planned(ctx context.Context, o runOptions, sc *scenario.Scenario, limits machine.Limits, before *results.Precision) (*trial.Run, error) {
	precision, err := o.precision(before)
	if err == nil && precision != nil && len(sc.Lanes) < 2 {
		err = fmt.Errorf("--until-precise waits for ratios of lanes, and scenario %s has but one: add a lane", sc.Name)
	}
	if err != nil {
		return nil, usageError{err}
	}
	engines, err := o.engines(sc)
	if err != nil {
		return nil, usageError{err}
	}
	if err := errors.Join(limits.Check(sc.Sockets(), sc.Servers), missing(sc), speechless(sc)); err != nil {
		return nil, usageError{fmt.Errorf("scenario %s: %w", sc.Name, err)}
	}
	division := machine.Divide(limits.CPUs)
	environment, err := machine.Environment(ctx, "/proc", limits, division)
	if err != nil {
		return nil, err
	}
	environment.Accounting = probe.Accounting("/proc", "/sys")
	untraceable := trace.Available()
	environment.Accounting[results.AccountingTrace] = "eBPF"
	if untraceable != nil {
		environment.Accounting[results.AccountingTrace] = results.Unknown + untraceable.Error()
	}
	record := results.Run{
		Scenario: sc.Name, Source: sc.Source, Command: os.Args, Seed: sc.Seed, Environment: environment,
		Lanes: described(sc, engines), Planned: len(sc.Plan(sc.Blocks)), Metrics: sc.Metrics, Reader: sc.Reader,
		Precision: precision, Stalls: map[string]float64{}, Payloads: map[string]results.Payload{}, LaneFiles: laneFiles(sc),
	}
	for _, b := range sc.Broadcasts {
		record.Broadcasts = append(record.Broadcasts, b.Name)
		record.Payloads[b.Name] = results.Payload{Kind: b.Payload, Size: b.Size}
		if b.Stall > 0 {
			record.Stalls[b.Name] = b.Stall.Seconds()
		}
	}
	record.Uplinks = uplinks(sc)
	if division.Shared {
		record.Warnings = append(record.Warnings, "server and load share one cpu: every figure contains the load's interference")
	}
	if agents := limits.Agents(sc.Sockets()); agents > len(division.Agents) && sc.Reader == scenario.ReaderAwake {
		record.Warnings = append(record.Warnings, fmt.Sprintf("%d agents share %d cpus, and their reader never sleeps: they hold each other up; use reader: coalesced", agents, len(division.Agents)))
	}
	record.Warnings = append(record.Warnings, freeCompression(sc)...)
	disturbing, err := surroundings(ctx, sc)
	record.Warnings = append(record.Warnings, disturbing...)
	return &trial.Run{
		Scenario: sc, Record: record, NATS: o.nats, Token: o.token, Engine: engines, Ramp: ramps(sc), Limits: limits, Division: division,
		Tracing: untraceable == nil,
	}, err
}

// engines says what carries the load of each lane of the scenario.
func (o runOptions) engines(sc *scenario.Scenario) (func(lane string) string, error) {
	all := map[string]string{}
	for _, name := range sc.Lanes {
		carried := false // external ones are read in clear
		if sc.Externals[name] == nil {
			lane, err := servers.LaneByName(name)
			if err != nil {
				return nil, err
			}
			carried = clients.Carried(lane.Target())
		}
		asked := fleet.Options{Engine: fleet.Engine(o.engine), Reader: fleet.Reader(sc.Reader)}
		engine, err := asked.For(carried)
		if err != nil {
			return nil, fmt.Errorf("lane %s: %w", name, err)
		}
		all[name] = string(engine)
	}
	return func(lane string) string { return all[lane] }, nil
}

// ramps says how fast connections of each lane of the scenario are opened.
func ramps(sc *scenario.Scenario) func(lane string) scenario.Ramp {
	return func(name string) scenario.Ramp {
		l, _ := servers.LaneByName(name) // no row: an external one
		return sc.Ramp.AtMost(l.Opens())
	}
}

// uplinks are the phases in which clients send; the first is the headline of what they do.
func uplinks(sc *scenario.Scenario) (names []string) {
	for _, u := range sc.Uplinks {
		names = append(names, u.Name)
	}
	for _, b := range sc.Broadcasts {
		if _, ok := b.Sent(); ok {
			names = append(names, b.Name)
		}
	}
	return names
}

// speechless says which lane of a scenario whose clients send does not hear them.
func speechless(sc *scenario.Scenario) error {
	if !sc.TwoWay() {
		return nil
	}
	for _, name := range sc.Lanes {
		if l, err := servers.LaneByName(name); err != nil || !l.TakesUplinks() { // err: an external one
			return fmt.Errorf("clients send messages, and lane %s takes none: leave it out", name)
		}
	}
	return nil
}

// surroundings looks at the machine before the first trial, and says what changes figures.
func surroundings(ctx context.Context, sc *scenario.Scenario) (warnings []string, err error) {
	around, err := machine.LookAround(ctx, "/proc", "/sys")
	if err != nil {
		return nil, err
	}
	memory, err := machine.Memory("/proc", sc.Sockets(), onUDP(sc))
	if err != nil {
		return nil, err
	}
	for _, f := range append(around.Findings(), memory) {
		if f.Advice != "" {
			warnings = append(warnings, f.Warning())
		}
	}
	return warnings, nil
}

// resumed opens an earlier run: the same scenario and plan, without the trials it has.
func resumed(ctx context.Context, o runOptions, limits machine.Limits) (*trial.Run, error) {
	dir, err := runFolder(o.out, o.resume)
	if err != nil {
		return nil, usageError{err}
	}
	data, err := results.Load(dir)
	if err != nil {
		return nil, err
	}
	sc, err := restore(filepath.Join(dir, "run.json")+": scenario", data.Run, vocabulary())
	if err != nil {
		return nil, usageError{err}
	}
	r, err := planned(ctx, o, sc, limits, data.Run.Precision)
	if err != nil {
		return nil, err
	}
	before, now := data.Run.Environment, r.Record.Environment
	precision, warnings := r.Record.Precision, r.Record.Warnings
	r.Record = data.Run
	r.Record.Precision = precision
	for _, w := range warnings {
		if !slices.Contains(r.Record.Warnings, w) {
			r.Record.Warnings = append(r.Record.Warnings, w)
		}
	}
	r.Record.Finished = time.Time{}
	if before.Commit != now.Commit || before.Kernel != now.Kernel || before.CPU != now.CPU {
		r.Record.Warnings = append(r.Record.Warnings, fmt.Sprintf("resumed on another machine or build: commit %s, kernel %s, cpu %s", now.Commit, now.Kernel, now.CPU))
	}
	r.Next = data.NextTrial()
	r.Folder, _, err = results.Reopen(dir)
	return r, err
}
