package fleet

import (
	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// report adds a shard's figures to those of the shards before it. Histograms are merged, never their percentiles.
func (r *recorder) report(to *wire.Report, merged map[string]*hdrhistogram.Histogram) {
	to.Failed += r.failed
	to.Cut += r.cut
	to.Closed += r.closed
	to.Received += r.received
	to.Duplicated += r.duplicated
	to.Reordered += r.reordered
	to.Bytes += r.bytes
	to.UserStamped += r.userStamped
	for text, n := range r.errors {
		to.Errors[text] += n
	}
	for metric, h := range r.histograms {
		if merged[metric] == nil {
			merged[metric] = h
		} else {
			merged[metric].Merge(h) // equal bounds: nothing is dropped
		}
	}
	to.Spreads = MergeSpreads(to.Spreads, r.spreads)
}

// MergeSpreads widens the spreads of messages by those another part of the fleet saw. Both are sorted by sequence number.
func MergeSpreads(a, b []wire.Spread) []wire.Spread {
	merged := make([]wire.Spread, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		switch x, y := a[0], b[0]; {
		case x.Seq < y.Seq:
			merged, a = append(merged, x), a[1:]
		case y.Seq < x.Seq:
			merged, b = append(merged, y), b[1:]
		default:
			merged, a, b = append(merged, widen(x, y)), a[1:], b[1:]
		}
	}
	return append(append(merged, a...), b...)
}

// widen joins what two parts saw of one message; a zero First means that a part has not seen it.
func widen(x, y wire.Spread) wire.Spread {
	if x.First == 0 || (y.First != 0 && y.First < x.First) {
		x.First = y.First
	}
	x.Last = max(x.Last, y.Last)
	return x
}
