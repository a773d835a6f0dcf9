package cli

import (
	"cmp"
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
	"github.com/pushbench/pushbench/internal/wire"
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
	return errors.Join(machine.Loopback(), missing(ctx, sc), withoutUplink(sc))
}

// engineOf says what carries the load of all lanes of the scenario, where this engine is asked for. One lane that needs
// goroutines has all of them read so: an engine is part of every latency. The warning names that lane.
func engineOf(sc *scenario.Scenario, asked string) (engine string, why results.Warning, err error) {
	options := fleet.Options{Engine: fleet.Engine(asked), Reader: fleet.Reader(sc.Reader)}
	plain, err := options.For(false)
	if err != nil {
		return "", why, err
	}
	for _, name := range sc.Lanes {
		needs := needsGoroutines(sc, name)
		switch needed, err := options.For(needs != ""); {
		case err != nil:
			return "", why, fmt.Errorf("lane %s: %w", name, err)
		case needed != plain:
			return string(needed), results.Warning{Code: results.ByGoroutines, Args: results.Args{"lane": name, "needs": needs}}, nil
		}
	}
	return string(plain), why, nil
}

// needsGoroutines says what keeps event loops from reading a lane's clients, at any level; empty: nothing does.
func needsGoroutines(sc *scenario.Scenario, lane string) (reason string) {
	for _, v := range sc.Variants() {
		target := targetOf(v, lane)
		if len(v.Proxies) > 0 {
			_ = v.Proxies[0].Reach(&target, "") // a lane that cannot be reached so fails with the reason
		}
		reason = cmp.Or(reason, clients.NeedsGoroutines(target))
	}
	return reason
}

// targetOf is how clients subscribe to a lane, but for where.
func targetOf(sc *scenario.Scenario, lane string) wire.Target {
	if e := sc.Externals[lane]; e != nil {
		return e.Target()
	}
	l, _ := servers.LaneByName(lane) // it has been checked
	return l.Target()
}

// connectRate is how fast the load can open connections of a lane, per second; 0: any number.
func connectRate(lane string) float64 {
	l, _ := servers.LaneByName(lane) // no row: an external one
	return l.MaxConnectRate()
}

// readers are how eager the load reads, at all levels. They are the event loops': a goroutine waits in its read, and is woken by
// what comes.
func readers(sc *scenario.Scenario, engine string) string {
	if engine == string(fleet.Goroutines) {
		return "woken by each arrival"
	}
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

// withoutUplink says which lane of a scenario whose clients send takes no messages.
func withoutUplink(sc *scenario.Scenario) error {
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
