// Package driver conducts the bench: block after block, every case against a fresh server with a fresh client process,
// and says what it cost.
//
// It stands between the command line and the processes, and idles while they work. The pipeline:
// Settings -> plan -> Repetition (processes, /proc) -> rows (medians, ratios within blocks) -> CSV and table.
package driver

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/node/machine"
)

// Settings are the work, the same for every case.
type Settings struct {
	Connections []int   `json:"connections"`
	Blocks      int     `json:"blocks"`
	Seed        uint64  `json:"seed"`
	PerSecond   float64 `json:"per_second"` // connections opened
	Rate        float64 `json:"rate"`       // messages a second
	Messages    int     `json:"messages"`
	Size        int     `json:"size"` // bytes of one

	Pairs  int `json:"pairs"`  // of broadcasts with and without probes
	Probed int `json:"probed"` // connections of the server they read
}

// maxConnections keeps both ends of a case below the descriptors and the ephemeral ports most machines give a process.
const maxConnections = 19_000

// Check says why the settings cannot be run here, if they cannot.
func (s Settings) Check(l machine.Limits) error {
	if len(s.Connections) == 0 || slices.Min(s.Connections) < 1 || slices.Max(s.Connections) > maxConnections {
		return fmt.Errorf("connections %v are not counts in [1, %d]", s.Connections, maxConnections)
	}
	if s.Blocks < 1 || !(s.PerSecond > 0) {
		return fmt.Errorf("%d blocks at %g connections a second: both must be positive", s.Blocks, s.PerSecond)
	}
	if s.Pairs < 1 || s.Probed < 1 {
		return fmt.Errorf("%d pairs with %d probed connections: both must be positive", s.Pairs, s.Probed)
	}
	return l.Check(max(s.Probed, slices.Max(s.Connections)), 1)
}

// planned is a case in its place in the plan.
type planned struct {
	block       int
	group       load.Group
	name        string // of the case
	connections int
}

// plan puts every case at every count into each block. Within a block the order of the counts and groups is shuffled, and
// within those the cases: what is compared stands close together, because the machine drifts.
func plan(s Settings, groups []load.Group) []planned {
	random := rand.New(rand.NewPCG(s.Seed, 0)) //nolint:gosec // an order, not a secret
	var all []planned
	for block := range s.Blocks {
		var compared [][]planned
		for _, g := range groups {
			for _, n := range s.Connections {
				var cases []planned
				for _, c := range g.Cases {
					cases = append(cases, planned{block: block, group: g, name: c.Name, connections: n})
				}
				random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
				compared = append(compared, cases)
			}
		}
		random.Shuffle(len(compared), func(i, j int) { compared[i], compared[j] = compared[j], compared[i] })
		all = append(all, slices.Concat(compared...)...)
	}
	return all
}
