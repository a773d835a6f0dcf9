package results

import (
	"fmt"
	"slices"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
)

// Histogram returns what one trial recorded of a metric in a phase, in ns: its ramp steps and agents merged, because
// percentiles cannot be. It is empty when nothing was recorded.
func (x *Index) Histogram(trial int, phase, metric string) (*hdrhistogram.Histogram, error) {
	return x.trials[trial].merged(phase, metric)
}

func (r Rows) merged(phase, metric string) (*hdrhistogram.Histogram, error) {
	if r.found == nil {
		return r.merge(phase, metric)
	}
	at := histogramKey{phase, metric, strings.Join(r.of, ",")}
	if h := r.found.histograms[at]; h != nil {
		return h, nil
	}
	h, err := r.merge(phase, metric)
	r.found.histograms[at] = h
	return h, err
}

func (r Rows) merge(phase, metric string) (*hdrhistogram.Histogram, error) {
	var all *hdrhistogram.Histogram
	for _, h := range r.Histograms {
		if h.Metric != metric || h.Phase != phase || !slices.Contains(r.roles(h.Source), role(h.process())) {
			continue
		}
		one, err := wire.Histogram(h.HDR).Decode()
		if err != nil {
			return nil, fmt.Errorf("trial %d, phase %s, %s: %w", h.Trial, h.Phase, h.Metric, err)
		}
		if all == nil {
			all = one
			continue
		}
		if lost := all.Merge(one); lost > 0 {
			return nil, fmt.Errorf("trial %d, phase %s, %s: %d values lie outside the bounds of a histogram",
				h.Trial, h.Phase, h.Metric, lost)
		}
	}
	if all == nil {
		all = wire.NewHistogram()
	}
	return all, nil
}
