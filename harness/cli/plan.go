package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/clients"
	"github.com/pushbench/pushbench/clients/fleet"
	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/servers"
)

// fits is the error of a scenario that this machine has no room for: of one that varies something, at the first level it cannot hold.
func fits(ctx context.Context, limits machine.Limits, sc *scenario.Scenario) error {
	for _, v := range sc.Variants() {
		if err := holds(ctx, limits, v); err != nil {
			return err
		}
	}
	return errors.Join(machine.Loopback(), missing(sc), speechless(sc))
}

// enginesOf is the engine of the load of each lane of the scenario.
func enginesOf(sc *scenario.Scenario, asked func(lane string) string) (func(lane string) string, error) {
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
		options := fleet.Options{Engine: fleet.Engine(asked(name)), Reader: fleet.Reader(sc.Reader)}
		engine, err := options.For(carried)
		if err != nil {
			return nil, fmt.Errorf("lane %s: %w", name, err)
		}
		all[name] = string(engine)
	}
	return func(lane string) string { return all[lane] }, nil
}

// always is one engine for all lanes.
func always(engine string) func(lane string) string {
	return func(string) string { return engine }
}

// connectRate is how fast the load can open connections of a lane, per second; 0: any number.
func connectRate(lane string) float64 {
	l, _ := servers.LaneByName(lane) // no row: an external one
	return l.MaxConnectRate()
}

// readers are how eager the load reads, at all levels.
func readers(sc *scenario.Scenario) string {
	var all []string
	for _, v := range sc.Variants() {
		if !slices.Contains(all, v.Reader) {
			all = append(all, v.Reader)
		}
	}
	return strings.Join(all, levelsApart)
}

// uplinks are the phases in which clients send; the first is the headline of what they do.
func uplinks(sc *scenario.Scenario) (names []string) {
	for _, alone := range []bool{true, false} { // those first in which only clients send
		for _, v := range sc.Variants() {
			for _, p := range v.Phases {
				if d := p.Work.Demand(); d.Sends && (d.Broadcast == nil) == alone && !slices.Contains(names, p.Name) {
					names = append(names, p.Name)
				}
			}
		}
	}
	return names
}

// speechless is the error of a lane that takes no messages of clients.
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

// observe looks at the machine before the first trial, and warns of what changes figures.
func observe(ctx context.Context, on node.Node, sc *scenario.Scenario) (warnings []results.Warning, err error) {
	findings, err := on.Observe(ctx)
	if err != nil {
		return nil, err
	}
	memory, err := machine.Memory("/proc", sc.Sockets(), onUDP(sc))
	if err != nil {
		return nil, err
	}
	for _, f := range append(findings, memory) {
		if f.Advice != "" {
			warnings = append(warnings, f.Warning())
		}
	}
	return warnings, nil
}
