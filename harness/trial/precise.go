package trial

import (
	"context"
	"runtime/debug"

	"github.com/pushbench/pushbench/results"
)

// another looks at the run's folder, by the code that makes its summary, and decides whether to add a block; it is then in
// the record's plan. Without a goal no block is added.
func (r *Run) another(ctx context.Context) (bool, error) {
	p := r.Record.Precision
	if p == nil {
		return false, nil
	}
	if err := r.look(ctx, p); err != nil {
		return false, err
	}
	// The next trial measures the machine's memory, and this process's: what the look took must not come back meanwhile.
	debug.FreeOSMemory()
	p.Ended = r.why(p)
	if p.Ended == "" {
		r.Record.Planned += len(r.Scenario.Contestants())
	}
	return p.Ended == "", r.Folder.SaveRun(r.Record)
}

// look asks the trials since the last look for their figures; the first one reads what the folder has.
func (r *Run) look(ctx context.Context, p *results.Precision) error {
	if r.measured == nil {
		data, err := results.Load(r.Folder.Dir())
		if err != nil {
			return err
		}
		if r.measured, err = results.Measure(ctx, data); err != nil {
			return err
		}
	}
	p.Look(r.Record, r.measured.Rows(r.Record), r.blocks())
	return nil
}

// why is the reason not to add a block; empty: none.
func (r *Run) why(p *results.Precision) string {
	spent, counts := 0.0, false
	for _, t := range r.Record.Trials {
		spent += t.Seconds
		counts = counts || t.Block == p.Blocks && t.Status == results.StatusOK
	}
	switch {
	case p.Compared == 0:
		return results.EndedNothing
	case p.Reached(r.Scenario.Blocks):
		return results.EndedPrecise
	case !counts: // failing takes no time, and so no budget ends it
		return results.EndedFailing
	case spent+spent/float64(p.Blocks) > p.Budget:
		return results.EndedBudget
	default:
		return ""
	}
}
