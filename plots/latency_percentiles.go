package plots

import "github.com/pushbench/pushbench/results"

const (
	latencyHalf = "delivery_latency_p50"
	latencyMost = "delivery_latency_p99"
)

// latencyPercentiles shows how long messages take, the slowest included.
func latencyPercentiles(v *view) (picture, error) {
	if v.Broadcast() == "" {
		return skip("the run has no broadcast phase"), nil
	}
	pic, lanes, err := v.percentiles(v.Broadcast(), "delivery_latency", v.latencyMetric(),
		"publish to arrival, logarithmic axis, by percentile of deliveries")
	if pic.skipped == "" && err == nil {
		pic.caption = v.caption(v.latency(lanes))
	}
	return pic, err
}

// latencyOfHalf is the picture of it for half a page.
func latencyOfHalf(v *view) (picture, error) {
	pic, lanes := v.middleAndTail(latencyHalf, latencyMost, "messages", "publish to arrival, logarithmic axis")
	if pic.skipped == "" {
		pic.caption = v.caption(v.latency(lanes))
	}
	return pic, nil
}

// latency is where both pictures have their figures from.
func (v *view) latency(lanes []results.Lane) source {
	p := phrasing{"delivers 99% within", ""}
	if v.latencyMetric() == latencyHalf {
		p.verb = "delivers half within"
	}
	return v.ofBroadcast(source{metric: v.latencyMetric(), phrasing: p, how: "from the intended publish to the arrival", of: lanes})
}

// latencyMetric is the 99th percentile, or where the messages were too few for one the median.
func (v *view) latencyMetric() string {
	if len(v.Known(latencyMost)) == 0 {
		return latencyHalf
	}
	return latencyMost
}
