package plots

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// handshakeDistribution shows the tail a median hides: who waits longest when many connect at once.
func handshakeDistribution(v *view) (picture, error) {
	const metric = "handshake_time_p99"
	all, err := v.distributions(results.PhaseRamp, "handshake")
	if err != nil {
		return picture{}, err
	}
	if len(all) == 0 {
		return skip("no trial recorded handshakes"), nil
	}
	sentence := "Handshakes of all trials"
	if len(v.Known(metric)) > 0 {
		sentence = v.sentence(metric, phrasing{"confirms 99% of its subscriptions within", ""})
	}
	pic := ecdf(all, "time since the scheduled start", "subscriptions confirmed")
	pic.caption = words.Join(v.caption(sentence, "ramp to "+v.peak(), metric), v.absent(lanesOf(all)))
	return pic, nil
}
