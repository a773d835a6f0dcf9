package plots

import (
	"slices"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// handshakePhases shows where the time to a confirmed subscription goes. Every lane ends at the same point (rule 3).
func handshakePhases(v *view) (picture, error) {
	const metric = "handshake_time_p50"
	phases := []string{"tcp_connect_time_p50", "response_head_time_p50", "first_message_time_p50"}
	names := []string{"TCP connect", "request to response head", "to first message"}
	if tls := "tls_handshake_time_p50"; len(v.Known(tls)) > 0 {
		phases, names = slices.Insert(phases, 1, tls), slices.Insert(names, 1, "TLS handshake")
	}
	rows := v.Known(metric)
	if len(rows) == 0 && len(v.Known(phases...)) == 0 {
		return skip("no trial recorded handshakes"), nil
	}
	var all []bar
	for _, l := range v.Lanes {
		b := bar{lane: l, row: v.Row(l.Name, metric)}
		for _, phase := range phases {
			b.layers = append(b.layers, v.Row(l.Name, phase).Median)
		}
		all = append(all, b)
	}
	sentence := "Medians of the phases of a handshake"
	if len(rows) > 0 {
		sentence = v.sentence(metric, phrasing{"confirms half of its subscriptions within", ""})
	}
	how := "bars are medians of each phase and need not add up to the median of the whole (dots, number); ramp to " + v.peak()
	return picture{
		panels:  []*plot.Plot{barPanel(all, "median time to a confirmed subscription", words.Seconds, true)},
		room:    barRoom(len(all)),
		legend:  slices.Concat(layerEntries(names...), trialEntries(rows)),
		caption: v.caption(sentence, how, metric),
	}, nil
}

// peak words the largest number of connections of the run.
func (v *view) peak() string {
	most := 0
	for _, phase := range []string{results.PhaseRamp, results.PhaseLevel} {
		_, n := v.Connections(phase)
		most = max(most, n)
	}
	return words.Thousands(most) + " connections"
}

// at words the phase and the number of its connections, without which no cost per message means anything (rule 20).
func (v *view) at(phase string) string {
	_, most := v.Connections(phase)
	if most == 0 {
		return "phase " + phase
	}
	return "phase " + phase + " at " + words.Thousands(most) + " connections"
}
