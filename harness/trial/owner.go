package trial

import (
	"context"
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
	for _, s := range all {
		t.measured(s)
		t.behind(s, added)
	}
	return nil
}

// measured keeps for the record whose figures these are, where the server is not ours.
func (t *trial) measured(s node.Serving) {
	x := t.external
	if x == nil {
		return
	}
	if r := x.Ready(); r.Before > 0 {
		t.warn("", results.OpenBefore, results.Args{"connections": r.Before, "address": r.Address.String()})
	}
	t.processes, t.unseen, t.within = s.Measured, s.Unseen, s.Within
}

// behind looks for processes that got about one connection more from the server for each subscriber of the last ramp, together:
// a proxy may share them among several.
func (t *trial) behind(s node.Serving, added int) {
	const share = 0.5                                                                                // of the subscribers: a pool that fills has less
	now := slices.DeleteFunc(slices.Clone(s.Behind), func(o probe.Owner) bool { return o.PID == 0 }) // of another machine: a broker or a database
	total, grown := 0, 0
	for _, o := range now {
		total, grown = total+o.Connections, grown+o.Connections
		for _, before := range t.upstream {
			if before.PID == o.PID && before.Name == o.Name {
				grown -= before.Connections
			}
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
	t.invalidate("", results.Proxied, results.Args{"server": results.Named(s.Measured), "connections": total, "upstream": strings.Join(names, ", ")})
}
