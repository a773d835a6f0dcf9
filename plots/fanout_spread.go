package plots

import "github.com/pushbench/pushbench/results/words"

// fanoutSpread shows how far apart in time the receivers of one message are.
func fanoutSpread(v *view) (picture, error) {
	const metric = "fanout_spread_p50"
	if v.Broadcast() == "" {
		return skip("the run has no broadcast phase"), nil
	}
	all, err := v.distributions(v.Broadcast(), "fanout_spread")
	if err != nil {
		return picture{}, err
	}
	if len(all) == 0 {
		return skip("no fan-out was recorded in phase %s", v.Broadcast()), nil
	}
	sentence := "Fan-out of all messages"
	if len(v.Known(metric)) > 0 {
		sentence = v.sentence(metric, phrasing{"reaches its last receiver", "after the first"})
	}
	pic := ecdf(all, "first receiver to last", "messages")
	pic.caption = words.Join(v.caption(sentence, "median of the messages, "+v.at(v.Broadcast()), metric), v.absent(lanesOf(all)))
	return pic, nil
}
