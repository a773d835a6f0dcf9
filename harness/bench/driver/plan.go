// Package driver runs the bench: block after block, every case against a fresh server with a fresh client process.
// It only waits while they work. The pipeline:
// Settings -> plan -> Repetition (processes, /proc) -> rows of results -> files, and report's tables.
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

	Relevant float64 `json:"relevant"` // differences below this share have no verdict
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

// Place is where a repetition stands in the plan.
type Place struct {
	Block       int    `json:"block"`
	Group       string `json:"group"`
	Case        string `json:"case"`
	Connections int    `json:"connections"`
}

func (p Place) String() string {
	return fmt.Sprintf("%s/%s at %d connections, block %d", p.Group, p.Case, p.Connections, p.Block)
}

// planned is a place, and what serves there.
type planned struct {
	Place

	lane string
}

// plan puts every case at every count into each block. Within a block the order of the counts and groups is shuffled, and
// within those the cases: what is compared stands close together, because the machine drifts.
func plan(s Settings, groups []load.Group) (all []planned) {
	random := rand.New(rand.NewPCG(s.Seed, 0)) //nolint:gosec // an order, not a secret
	for block := range s.Blocks {
		for _, i := range random.Perm(len(groups) * len(s.Connections)) {
			g, n := groups[i%len(groups)], s.Connections[i/len(groups)]
			for _, j := range random.Perm(len(g.Cases)) {
				all = append(all, planned{Place{block + 1, g.Name, g.Cases[j].Name, n}, g.Lane})
			}
		}
	}
	return all
}
