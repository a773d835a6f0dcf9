package results

import (
	"fmt"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// MergedHistogram returns everything the lane's trials that count recorded of a metric in a phase, in ns. Histograms are
// merged, because percentiles cannot be. It is empty when nothing was recorded.
func MergedHistogram(d *Data, lane, phase, metric string) (*hdrhistogram.Histogram, error) {
	counts := map[int]bool{}
	for _, t := range d.OKTrials(lane) {
		counts[t.Trial] = true
	}
	return merge(d.Histograms, func(h HistogramRow) bool {
		return counts[h.Trial] && h.Phase == phase && h.Metric == metric
	})
}

// TrialHistogram returns what one trial recorded of a metric in a phase, in ns: its ramp steps and agents merged.
func TrialHistogram(d *Data, trial int, phase, metric string) (*hdrhistogram.Histogram, error) {
	return merge(d.Histograms, func(h HistogramRow) bool {
		return h.Trial == trial && h.Phase == phase && h.Metric == metric
	})
}

func merge(histograms []HistogramRow, keep func(HistogramRow) bool) (*hdrhistogram.Histogram, error) {
	all := wire.NewHistogram()
	for _, h := range histograms {
		if !keep(h) {
			continue
		}
		one, err := wire.Histogram(h.HDR).Decode()
		if err != nil {
			return nil, fmt.Errorf("trial %d, phase %s, %s: %w", h.Trial, h.Phase, h.Metric, err)
		}
		if lost := all.Merge(one); lost > 0 {
			return nil, fmt.Errorf("trial %d, phase %s, %s: %d values lie outside the bounds of a histogram",
				h.Trial, h.Phase, h.Metric, lost)
		}
	}
	return all, nil
}
