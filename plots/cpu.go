package plots

import "github.com/pushbench/pushbench/results"

// cpu shows what the server pays while it speaks and while it is silent. Prices differ by orders of magnitude, so each
// panel has its own axis.
func cpu(v *view) (picture, error) {
	const message, idle = "cpu_per_message", "cpu_per_idle_connection"
	rows := v.known(message, idle)
	if len(rows) == 0 {
		return skip("no trial has the CPU time of a broadcast or of an idle phase"), nil
	}
	pic := picture{room: barRoom(len(v.lanes)), legend: trialEntries(rows)}
	sentence, how := "", ""
	if len(v.known(message)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(message), "CPU per delivered message", seconds, true))
		sentence = v.sentence(message, phrasing{"spends", "of CPU per message"})
		how = v.at(v.broadcast())
	}
	if len(v.known(idle)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(idle), "CPU per idle connection", perSecond, len(pic.panels) == 0))
		if sentence != "" {
			sentence += ". Idle, "
		}
		sentence += v.sentence(idle, phrasing{"spends", "of CPU per connection"})
		if how == "" {
			how = v.at(results.PhaseIdle)
		}
	}
	pic.caption = v.caption(sentence, how, message, idle)
	return pic, nil
}
