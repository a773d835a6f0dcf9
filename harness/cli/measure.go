package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/harness/trial"
	"github.com/pushbench/pushbench/internal/secret"
	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// runOptions are the flags of compare and run.
type runOptions struct {
	lanes  []string
	out    string
	resume string
	nats   string
	token  string
	engine string
	old    string

	relevant relevant

	workload *results.Workload // the run is made for; nil: for none
	made     []byte            // source of a scenario that was made for it, in place of one by its name

	precise string
	budget  time.Duration
	given   func(flag string) bool

	phases func() results.PhaseOverride // of the flags that change phases; nil: there are none
}

func (o *runOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&o.lanes, "lanes", nil, "measure these lanes in place of the scenario's, the first as the baseline: names and groups\n"+
		"such as ws-gorilla,@sse,@tuned or @all; its A/A control, where the scenario runs one, follows the baseline")
	f.StringVar(&o.out, "out", filepath.Join("results", "runs"), "folder the run's folder is made in")
	f.StringVar(&o.resume, "resume", "", "continue a run that was interrupted or had failed trials: its folder, or latest")
	f.StringVar(&o.engine, "engine", string(fleet.Auto), "what carries the load's connections: auto, epoll or goroutine")
	f.StringVar(&o.old, "old", "", "another build of pushbench, which serves the lanes with option +old: its file")
	f.StringVar(&o.nats, "nats", "", "use this NATS server instead of the embedded one; by default from the environment, $"+wire.BusVariable)
	f.StringVar(&o.precise, "until-precise", "", "after the scenario's blocks, add more until each ratio's interval is this narrow: 3% or 0.03")
	f.DurationVar(&o.budget, "budget", 30*time.Minute, "of --until-precise: no block is added that would make all trials take longer")
	o.relevant.flag(f, "5%")
	o.given = f.Changed
	f.StringVar(&o.token, "token", "", "token of that server; by default from the environment, $"+wire.TokenVariable)
}

// defaultScenario is what compare runs without an argument.
const defaultScenario = "compare"

// measure runs what the arguments ask for and returns the run's folder; empty when nothing was started.
func measure(ctx context.Context, s Streams, o runOptions, args []string) (string, error) {
	if err := o.complete(args); err != nil {
		return "", usageError{err}
	}
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	r, err := prepare(ctx, o, args, lost)
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted: nothing was measured")
	}
	if err != nil {
		return "", err
	}
	defer r.Bus.Close()
	dir := r.Folder.Dir()
	defer r.Folder.Close() //nolint:errcheck // every trial was synced
	o.announce(s, r)
	p := newProgress(s.Err, r.Scenario)
	r.Progress = p
	slog.Info("run", "folder", dir, "server cpus", machine.List(r.Division.Server), "agent cpus", machine.List(r.Division.Agents))
	err = r.Execute(ctx)
	p.close()
	return dir, goOn(err, dir)
}

// prepare checks that the machine can hold what is asked for, joins the bus, and opens the run's folder: a new one, or that
// of the run to resume. Lost is called when the bus is.
func prepare(ctx context.Context, o runOptions, args []string, lost context.CancelCauseFunc) (r *trial.Run, err error) {
	here := host{on: node.NewLocal(node.LocalName, node.Bus{})} // nothing is started there yet
	if here.is, err = here.on.Describe(ctx); err != nil {
		return nil, err
	}
	if o.resume != "" {
		r, err = resumed(ctx, o, here)
	} else {
		r, err = begun(ctx, o, args, here)
	}
	if err != nil {
		return nil, err
	}
	if r.Bus, err = trial.OpenBus(o.nats, o.token, lost); err != nil {
		err = usageError{err}
	} else if r.Folder == nil {
		r.Folder, err = create(o.out, &r.Record)
	}
	if err == nil {
		r.Node = node.NewLocal(node.LocalName, node.Bus{URL: r.Bus.URL, Token: r.Bus.Token})
		return r, nil
	}
	if r.Folder != nil {
		err = errors.Join(err, r.Folder.Close())
	}
	if r.Bus != nil {
		r.Bus.Close()
	}
	return nil, err
}

// begun is a new run, without a folder yet.
func begun(ctx context.Context, o runOptions, args []string, here host) (*trial.Run, error) {
	name := defaultScenario
	if len(args) > 0 {
		name = args[0]
	}
	sc, err := o.scenario(name)
	if err != nil {
		return nil, usageError{err}
	}
	engine, why, err := engineOf(sc, o.engine)
	if err != nil {
		return nil, usageError{err}
	}
	r, err := planned(ctx, o, setup{host: here, scenario: sc, division: here.is.Division, engine: engine})
	if err != nil {
		return nil, err
	}
	r.Next = 1
	if !why.None() {
		r.Record.Warnings = append(r.Record.Warnings, why)
	}
	return r, nil
}

// scenario is the one of a name or path, with the lanes and the load the flags ask for.
func (o runOptions) scenario(name string) (*scenario.Scenario, error) {
	load := func() (*scenario.Scenario, error) { return scenario.Load(name, catalog()) }
	if o.made != nil {
		load = func() (*scenario.Scenario, error) { return scenario.Parse(name+".yaml", o.made, catalog()) }
	}
	sc, err := load()
	if err == nil && (o.given("lanes") || len(o.lanes) > 0) {
		sc, err = sc.WithLanes(o.lanes, catalog())
	}
	if by := o.phaseOverride(); err == nil && len(by) > 0 {
		sc, err = sc.WithPhases(by, catalog())
	}
	return sc, err
}

// host is the machine of a run.
type host struct {
	on node.Node
	is node.Description
}

// setup is what a run is measured with.
type setup struct {
	host
	scenario *scenario.Scenario
	division machine.Division
	engine   string             // of the load
	before   *results.Precision // how precise an earlier part of the run was to be; nil: there is none
}

// planned is a run that has not begun, of a scenario this machine can hold.
func planned(ctx context.Context, o runOptions, u setup) (*trial.Run, error) {
	sc, limits, division := u.scenario, u.is.Limits, u.division
	precision, err := o.precision(u.before)
	if err == nil {
		err = o.otherBuild(sc)
	}
	if err == nil && precision != nil && len(sc.Contestants()) < 2 {
		err = fmt.Errorf("--until-precise waits for ratios of lanes, and scenario %s has but one: add a lane", sc.Name)
	}
	if err != nil {
		return nil, usageError{err}
	}
	if err := fits(ctx, limits, sc); err != nil {
		return nil, usageError{fmt.Errorf("scenario %s: %w", sc.Name, err)}
	}
	record := results.Run{
		Scenario: sc.Name, Source: sc.Source, Override: sc.Override, PhaseOverride: sc.PhaseOverride, Command: secret.Args(os.Args), Seed: sc.Seed, Environment: u.is.Environment,
		Lanes: described(sc, u.engine), Planned: len(sc.Plan(sc.Blocks)), Metrics: sc.Metrics, Reader: readers(sc, u.engine),
		Workload: o.workload, Precision: precision, Relevant: o.relevant.or(nil), Stalls: map[string]float64{}, Traffic: map[string]results.Traffic{}, LaneFiles: laneFiles(sc),
	}
	names, traffic := sc.Broadcasts()
	record.Broadcasts = names
	for name, b := range traffic {
		record.Traffic[name] = results.Traffic(b)
	}
	if sc.Vary == nil {
		every, poll := sc.Heartbeat.Every.Seconds(), sc.Poll.Seconds()
		record.Heartbeat, record.Poll = &every, &poll
	} else {
		record.Vary = &results.Vary{Key: sc.Vary.Key}
		for _, l := range sc.Vary.Levels {
			record.Vary.Levels = append(record.Vary.Levels, l.Name)
		}
	}
	for _, p := range sc.Phases {
		for _, e := range p.Events {
			if stall, ok := e.Work.(*trial.Stall); ok {
				record.Stalls[p.Name] += stall.For.Seconds()
			}
		}
	}
	record.Uplinks = uplinks(sc)
	if division.Shared {
		record.Warnings = append(record.Warnings, results.Warning{Code: results.SharedCPU})
	}
	if agents := limits.Agents(sc.Sockets()); agents > len(division.Agents) && strings.Contains(record.Reader, scenario.ReaderBusyPoll) {
		record.Warnings = append(record.Warnings, results.Warning{Code: results.AgentsShare, Args: results.Args{"agents": agents, "cpus": len(division.Agents)}})
	}
	record.Warnings = append(record.Warnings, freeCompression(sc)...)
	record.Warnings = append(record.Warnings, u.is.Left...)
	disturbing, err := observe(ctx, u.on, sc)
	record.Warnings = append(record.Warnings, disturbing...)
	return &trial.Run{
		Scenario: sc, Record: record, Engine: u.engine, Old: o.old, Rate: connectRate, Limits: limits, Division: division,
		Tracing: u.is.Tracing == "",
	}, err
}
