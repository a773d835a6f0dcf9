package plots

import "github.com/pushbench/pushbench/results/words"

// uplinks shows what a message of a client costs: how long until it is confirmed, and what the server pays for it, in the first
// phase in which clients send.
func uplinks(v *view) (picture, error) {
	const trip, cost = "uplink_round_trip_p50", "cpu_per_uplink"
	var known []string
	for _, m := range []string{trip, cost} {
		if len(v.Known(m)) > 0 {
			known = append(known, m)
		}
	}
	if len(known) == 0 {
		return skip("no clients sent messages (a scenario's key uplinks sets how many)"), nil
	}
	b := v.barChart(v.drawn(known[0]), len(known))
	s := source{metric: known[0], phrasing: phrasing{"spends", "per message of a client"}, also: known[1:], of: b.lanes}
	for _, m := range known {
		if m == cost {
			b.add("server CPU per message", words.Seconds, 1, b.plain(m))
			continue
		}
		b.add("median round trip of a message", words.Seconds, 1, b.plain(m))
		s.phrasing, s.how = phrasing{"confirms half of the messages within", ""}, "the round trip counts from the time the message was due"
	}
	if names := v.Data.Run.Uplinks; len(names) > 0 {
		s.at = []string{v.connections(names[0])}
		s = s.in(names[0])
	}
	return b.picture(v.caption(s)), nil
}
