package results

import (
	"fmt"
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Precision is what --until-precise asked of a run and how near it came: part of run.json.
type Precision struct {
	Goal   float64 `json:"until_precise"`  // what half of a ratio's interval may be at most, as a share: 0.03 is ±3 %
	Budget float64 `json:"budget_seconds"` // of trials: no block is added that would outlast it
	Ended  string  `json:"ended"`          // why no block was added any more; empty: the run goes on

	// At the last look.
	Blocks      int    `json:"blocks"`                 // of the run
	NarrowSince int    `json:"narrow_since,omitempty"` // the first of the looks in succession, this one included, at which all ratios were narrow enough, by its number of blocks; 0: this one was not
	Wide        []Wide `json:"wide,omitempty"`         // ratios that are not narrow enough
	LeftOut     []Wide `json:"left_out,omitempty"`     // that cannot become so, however many blocks there are
	Compared    int    `json:"compared"`               // ratios waited for
}

// Wide is a ratio that is not precise.
type Wide struct {
	Lane       string  `json:"lane"`
	Level      string  `json:"level,omitempty"`
	Across     bool    `json:"across,omitempty"` // to the first level of the lane, and not to the first lane
	Metric     string  `json:"metric"`
	Resolution float64 `json:"resolution,omitempty"` // half of its interval, as a share; absent: there is no interval yet
	Blocks     int     `json:"blocks,omitempty"`     // it would take about so many; absent: unknown
	Why        string  `json:"why,omitempty"`        // it is left out
}

// How a run ends that adds blocks.
const (
	EndedPrecise = "precise"              // every ratio is narrow enough
	EndedBudget  = "budget"               // one more block would have outlasted it
	EndedNothing = "nothing to wait for"  // no metric has a ratio
	EndedFailing = "no trial that counts" // in the last block: more of them would not either
)

// Look keeps how near the run is to its goal after a number of blocks. It has widths and no verdict: see stats.Enough.
func (p *Precision) Look(run Run, rows []SummaryRow, blocks int) {
	since := p.NarrowSince
	*p = Precision{Goal: p.Goal, Budget: p.Budget, Blocks: blocks}
	for _, r := range rows {
		if !run.stops(r.Metric) || !anywhere(rows, r.Metric) {
			continue
		}
		at := Wide{Lane: r.Lane, Level: r.Level, Metric: r.Metric}
		if r.Lane != r.Baseline {
			p.wait(at, r.Comparison)
		}
		if at.Across = true; r.Level != r.Across.Baseline && r.Across.Verdict != "" {
			p.wait(at, r.Across)
		}
	}
	switch {
	case len(p.Wide) > 0 || p.Compared == 0:
	case since == 0:
		p.NarrowSince = blocks
	default:
		p.NarrowSince = min(since, blocks)
	}
}

// wait keeps how near a ratio is to the goal.
func (p *Precision) wait(at Wide, c Comparison) {
	if math.IsNaN(c.Ratio) {
		at.Why = "not measured"
		if !c.why.None() {
			at.Why = fmt.Sprint(c.why.Args["why"])
		}
		p.LeftOut = append(p.LeftOut, at)
		return
	}
	p.Compared++
	ratio := stats.Interval{Center: c.Ratio, Low: c.RatioLow, High: c.RatioHigh, N: c.Blocks, OK: !math.IsNaN(c.RatioLow)}
	seen := stats.Resolution(ratio)
	if seen <= p.Goal {
		return
	}
	at.Blocks = stats.BlocksToSee(ratio, p.Goal)
	if !math.IsNaN(seen) && !math.IsInf(seen, 0) {
		at.Resolution = seen
	}
	p.Wide = append(p.Wide, at)
}

// Reached reports whether the run may stop at the last look; planned is how many blocks it was to have without any goal.
func (p *Precision) Reached(planned int) bool {
	if p.NarrowSince == 0 {
		return false
	}
	return stats.Enough(p.Blocks-p.NarrowSince+1, p.Blocks == planned)
}

// anywhere reports whether a lane has the figure: that all lack one belongs to the scenario.
func anywhere(rows []SummaryRow, metric string) bool {
	return slices.ContainsFunc(rows, func(r SummaryRow) bool { return r.Metric == metric && r.N > 0 })
}
