package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/results"
)

// serving holds who has the connections after a ramp of so many against the processes that are measured. It is an error when
// somebody else has one; a trial whose server hands each subscriber on to another process is invalid, as that one's part of
// the cost is missing.
func (t *trial) serving(ctx context.Context, added int) error {
	all, err := t.topology.serving(ctx)
	if err != nil {
		return err
	}
	if err := once(all); err != nil {
		return err
	}
	if len(all) > 0 {
		t.measured(all)
		t.behind(all, added)
	}
	return nil
}

// once holds that no process is measured twice.
func once(all []node.Serving) error {
	seen := map[int]bool{}
	for _, p := range measuredOf(all) {
		if seen[p.PID] {
			return fmt.Errorf("pid %d (%s) would count twice: it is a process of the server already, so leave it out of processes", p.PID, p.Name)
		}
		seen[p.PID] = true
	}
	return nil
}

// measured keeps for the record whose figures these are, where the server is not ours.
func (t *trial) measured(all []node.Serving) {
	x := t.external
	if x == nil {
		return
	}
	if r := x.Ready(); r.Before > 0 {
		t.warn("", results.OpenBefore, results.Args{"connections": r.Before, "address": r.Address.String()})
	}
	t.processes, t.unseen, t.within = measuredOf(all), all[0].Unseen, all[0].Within
}

// behind looks for processes that got about one connection more from the server for each subscriber of the last ramp, together:
// a proxy may share them among several. Where they are measured, too, only the kernel's part of these connections is missing.
func (t *trial) behind(all []node.Serving, added int) {
	const share = 0.5 // of the subscribers: a pool that fills has less
	var now []probe.Owner
	total, grown, measured := 0, 0, 0
	for _, o := range behindOf(all) {
		if o.PID == 0 { // of another machine: a broker or a database
			continue
		}
		now = append(now, o)
		total, grown = total+o.Connections, grown+o.Connections
		for _, before := range t.upstream {
			if before.PID == o.PID && before.Name == o.Name {
				grown -= before.Connections
			}
		}
		if slices.ContainsFunc(measuredOf(all), func(p results.Process) bool { return p.PID == o.PID }) {
			measured += o.Connections
		}
	}
	t.upstream = now
	if float64(grown) <= share*float64(added) || added < 2 || t.open < t.scenario.MaxConnections() {
		return
	}
	var names []string
	for _, o := range now[:min(len(now), 3)] {
		names = append(names, o.String())
	}
	args := results.Args{"server": results.Named(measuredOf(all[:1])), "connections": total, "upstream": strings.Join(names, ", ")}
	if measured == total {
		t.warn("", results.ProxiedWithin, args)
		return
	}
	t.invalidate("", results.Proxied, args)
}

// measuredOf are the processes whose figures are the servers'.
func measuredOf(all []node.Serving) (processes []results.Process) {
	for _, s := range all {
		processes = append(processes, s.Measured...)
	}
	return processes
}

// behindOf are those that servers have connected to.
func behindOf(all []node.Serving) (owners []probe.Owner) {
	for _, s := range all {
		owners = append(owners, s.Behind...)
	}
	return owners
}
