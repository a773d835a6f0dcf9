package scenario

import (
	"math/rand/v2"

	"github.com/pushbench/pushbench/results"
)

// Trial is one contestant, once, within a block.
type Trial struct {
	Block int // 1-based
	results.Contestant
}

// Plan lists the trials of a number of blocks in the order they run. Every block holds every contestant once, in an order the
// seed decides, so that drift of the machine falls on all alike and they can be compared within blocks. The plan of
// fewer blocks is how that of more begins.
func (s *Scenario) Plan(blocks int) []Trial {
	contestants := s.Contestants()
	random := rand.New(rand.NewPCG(s.Seed, 0)) //nolint:gosec // an order that can be repeated, not a secret
	plan := make([]Trial, 0, blocks*len(contestants))
	for block := 1; block <= blocks; block++ {
		for _, i := range random.Perm(len(contestants)) {
			plan = append(plan, Trial{Block: block, Contestant: contestants[i]})
		}
	}
	return plan
}
