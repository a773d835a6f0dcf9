package plots

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// cpu shows the CPU time of messages and of idle connections. They differ by orders of magnitude, so each
// panel has its own axis.
func cpu(v *view) (picture, error) {
	const message, idle = "cpu_per_message", "cpu_per_idle_connection"
	rows := v.Known(message, idle)
	if len(rows) == 0 {
		return skip("no trial has the CPU time of a broadcast or of an idle phase"), nil
	}
	pic := picture{room: barRoom(len(v.Lanes)), legend: trialEntries(rows)}
	sentence, how := "", ""
	if len(v.Known(message)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(message), "CPU per delivered message", words.Seconds, true))
		sentence = v.sentence(message, phrasing{"spends", "of CPU per message"})
		how = v.at(v.Broadcast())
	}
	if len(v.Known(idle)) > 0 {
		pic.panels = append(pic.panels, barPanel(v.plainBars(idle), "CPU per idle connection", words.PerSecond, len(pic.panels) == 0))
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
