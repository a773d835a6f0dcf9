package plots

import "github.com/pushbench/pushbench/results/words"

// fanoutSpread shows how far apart in time the receivers of one message are.
func fanoutSpread(v *view) (picture, error) {
	const metric = "fanout_spread_p50"
	if v.Broadcast() == "" {
		return skip("the run has no broadcast phase"), nil
	}
	if len(v.Known(metric)) == 0 {
		return skip("no fan-out was recorded in phase %s", v.Broadcast()), nil
	}
	b := v.barChart(v.drawn(metric), 1)
	b.add("time from the first receiver to the last", words.Seconds, 1, b.plain(metric))
	return b.picture(v.caption(v.ofBroadcast(source{
		metric: metric, phrasing: phrasing{"takes", "from first to last"}, how: "median of the messages", of: b.lanes,
	}))), nil
}
