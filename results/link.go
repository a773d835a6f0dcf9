package results

import (
	"math"
	"time"
)

// probesOfLink is the metric that trials with a link have.
const probesOfLink = "link_probes"

// linkRead is what packets of the link's own took before the trial.
func linkRead(r Rows, _ string) (float64, Warning, error) {
	v, warning := r.sum(PhaseBaseline, ProcessLink, "link_round_trip")
	return v, warning, nil
}

// ofLink adds up a counter of both directions.
func (r Rows) ofLink(phase, counter string) (float64, Warning) {
	up, warning := r.sum(phase, ProcessLink, "up_"+counter)
	down, why := r.sum(phase, ProcessLink, "down_"+counter)
	if warning.None() {
		warning = why
	}
	return up + down, warning
}

func linkLoss(r Rows, phase string) (float64, Warning, error) {
	lost, warning := r.ofLink(phase, "lost")
	packets, why := r.ofLink(phase, "packets")
	if warning.None() {
		warning = why
	}
	return divide(lost, packets, warning)
}

func linkOverflowed(r Rows, phase string) (float64, Warning, error) {
	v, warning := r.ofLink(phase, "overflowed")
	return v, warning, nil
}

// within is the share of the expected messages that arrived no later than so long after they were due. What never arrived is not among
// them, so that a lane that loses messages has a figure as well.
func within(deadline time.Duration) derivation {
	return func(r Rows, phase string) (float64, Warning, error) {
		expected, warning := r.sum(phase, "agent", "expected")
		h, err := r.merged(phase, "delivery_latency")
		if err != nil {
			return math.NaN(), Warning{}, err
		}
		arrived := int64(0)
		for _, bar := range h.Distribution() {
			if bar.To <= int64(deadline) {
				arrived += bar.Count
			}
		}
		return divide(float64(arrived), expected, warning)
	}
}
