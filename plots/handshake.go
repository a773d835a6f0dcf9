package plots

import (
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

const (
	handshakeHalf = "handshake_time_p50"
	handshakeMost = "handshake_time_p99"
)

// handshakePhases shows where the time to a confirmed subscription goes. Every lane ends at the same point (rule 3).
func handshakePhases(v *view) (picture, error) {
	if len(v.Known(handshakeHalf)) == 0 {
		return skip("no trial recorded handshakes"), nil
	}
	phases := []string{"tcp_connect_time_p50", "response_head_time_p50", "first_message_time_p50"}
	names := []string{"TCP connect", "request to response head", "response head to first message"}
	if tls := "tls_handshake_time_p50"; len(v.Known(tls)) > 0 {
		phases, names = slices.Insert(phases, 1, tls), slices.Insert(names, 1, "TLS handshake")
	}
	b := v.barChart(v.drawn(handshakeHalf), 1)
	b.add("median time to a confirmed subscription", words.Seconds, 1, b.each(func(l results.Lane) bar {
		one := bar{row: v.Row(l.Name, handshakeHalf)}
		for _, phase := range phases {
			one.layers = append(one.layers, v.phase(l, phase))
		}
		return one
	}))
	c := v.caption(v.ofRamp(source{
		metric: handshakeHalf, phrasing: phrasing{"confirms half within", ""},
		how: "bars are as long as the median of the whole, and divided as the medians of its phases are", of: b.lanes,
	}))
	return b.picture(c, names...), nil
}

// phase is the median of a phase of the handshake: none of TLS, where a lane has none.
func (v *view) phase(l results.Lane, metric string) float64 {
	r := v.Row(l.Name, metric)
	if r.N == 0 && !l.TLS && metric == "tls_handshake_time_p50" {
		return 0
	}
	return r.Median
}

// handshakeDistribution shows the tail a median hides: who waits longest when many connect at once.
func handshakeDistribution(v *view) (picture, error) {
	if len(v.Known(handshakeHalf)) == 0 {
		return skip("no trial recorded handshakes"), nil
	}
	pic, lanes, err := v.percentiles(results.PhaseRamp, "handshake", handshakeMost, "time to a confirmed subscription, logarithmic axis, by percentile")
	if pic.skipped == "" && err == nil {
		pic.caption = v.caption(v.handshakes(lanes))
	}
	return pic, err
}

// handshakeOfHalf is the picture of it for half a page.
func handshakeOfHalf(v *view) (picture, error) {
	pic, lanes := v.middleAndTail(handshakeHalf, handshakeMost, "subscriptions", "time needed, logarithmic axis")
	if pic.skipped == "" {
		pic.caption = v.caption(v.handshakes(lanes))
	}
	return pic, nil
}

// handshakes is where both pictures have their figures from.
func (v *view) handshakes(lanes []results.Lane) source {
	return v.ofRamp(source{
		metric: handshakeMost, phrasing: phrasing{"confirms 99% within", ""},
		how: "from the scheduled start to the confirmed subscription", of: lanes,
	})
}

// ofRamp adds to a source how many connections were opened.
func (v *view) ofRamp(s source) source {
	s.at = []string{v.connections(results.PhaseRamp, results.PhaseLevel)}
	return s.in(results.PhaseRamp)
}
