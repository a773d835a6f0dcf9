package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
)

// holds is the error of a server of the scenario's lanes that cannot have so many connections. Those that are started have this process's
// limits; one that runs already has its own, which is left out where it cannot be seen.
func holds(ctx context.Context, limits machine.Limits, sc *scenario.Scenario) (err error) {
	started := len(sc.Externals) < len(sc.Lanes)
	for _, name := range slices.Sorted(maps.Keys(sc.Externals)) {
		e := sc.Externals[name]
		if e.Started() {
			started = true
			continue
		}
		if e.Name != name { // its A/A control
			continue
		}
		pids := node.Listening(ctx, e.Process(0))
		for _, pid := range pids {
			err = errors.Join(err, machine.HoldOf("/proc", pid, machine.Share(sc.Sockets(), len(pids))))
		}
	}
	switch {
	case !started:
		return err
	case len(sc.Externals) > 0: // which run once
		return errors.Join(limits.Hold(sc.Sockets(), "server"), err)
	default:
		return limits.Check(sc.Sockets(), sc.Servers)
	}
}

// runningBounds are the bounds of servers that run already, where they are not this process's.
func runningBounds(ctx context.Context, sc *scenario.Scenario) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(sc.Externals)) {
		e := sc.Externals[name]
		if e.Started() || e.Name != name { // or its A/A control
			continue
		}
		for _, pid := range node.Listening(ctx, e.Process(0)) {
			if bounds := probe.OtherBounds("/proc", pid); bounds != "" {
				lines = append(lines, fmt.Sprintf("lane %s: its server, pid %d (%s), may use %s", name, pid, probe.Name("/proc", pid), bounds))
			}
		}
	}
	return lines
}
