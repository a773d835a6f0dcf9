package plots

import "github.com/pushbench/pushbench/results/words"

// uplinks shows what a message of a client costs: how long until it is confirmed, and what the server pays for it, in the first
// phase in which clients send.
func uplinks(v *view) (picture, error) {
	const trip, cost = "uplink_round_trip_p50", "cpu_per_uplink"
	rows := v.Known(trip, cost)
	if len(rows) == 0 {
		return skip("no clients sent messages (a scenario's key uplinks sets how many)"), nil
	}
	pic := picture{room: barRoom(len(v.Lanes)), legend: trialEntries(rows)}
	sentence := ""
	if len(v.Known(trip)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(trip), "median round trip of a client's message", words.Seconds, true))
		sentence = v.sentence(trip, phrasing{"confirms half of its clients' messages within", ""})
	}
	if len(v.Known(cost)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(cost), "server CPU per message of a client", words.Seconds, len(pic.panels) == 0))
		if sentence != "" {
			sentence += ". For each "
		}
		sentence += v.sentence(cost, phrasing{"spends", "of CPU"})
	}
	how := ""
	if names := v.Data.Run.Uplinks; len(names) > 0 {
		how = "the round trip counts from the time the message was due, " + v.at(names[0])
	}
	pic.caption = v.caption(sentence, how, trip, cost)
	return pic, nil
}
