package fleet

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// report adds a shard's figures to those of the shards before it. Histograms are merged, never their percentiles.
func (r *recorder) report(to *wire.Report, merged map[string]*hdrhistogram.Histogram) {
	to.Counts.Add(r.Counts)
	disconnects().Add(to.Errors, r.errors)
	disconnects().Add(to.Ends, r.ends)
	wire.Notes().Add(to.Notes, r.notes)
	to.Instead.Add(r.evidence.Instead)
	for metric, h := range r.histograms {
		switch {
		case h.TotalCount() == 0:
		case merged[metric] == nil:
			merged[metric] = h
		default:
			merged[metric].Merge(h) // equal bounds: nothing is dropped
		}
	}
	to.Spreads = wire.MergeSpreads(to.Spreads, r.spreads)
}

// count adds what a report says of one client.
func (c *conn) count(to *wire.Counts, req wire.Collect) {
	if o := c.opening; o != nil && o.reached && !o.answered && !c.uplinkOnly {
		to.Unanswered++
	}
	if !c.greeted {
		return
	}
	to.Expected += c.audit.due(req.After, req.Through)
	switch {
	case c.ended:
	case c.blackholed:
		to.Blackholed++
	default:
		to.Connections++
	}
	if c.slow && !c.ended {
		to.Slow++
	}
	if c.opening != nil {
		to.Away++
	}
	if p := c.partner(); p != nil && p.standing() && c.recorder.fleet.targets[0].Streams == 0 { // else they share what there is
		to.UplinksOpen++
	}
}

// behind reports whether a client that is there has not seen a message yet.
func (c *conn) behind(through uint64) bool {
	return c.greeted && !c.ended && c.audit.highest < through
}
