package plots

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

const (
	cpuFigure = "cpu_per_message"
	cpuIdle   = "cpu_per_idle_connection"
)

// cpu shows the CPU time of messages and of idle connections. They differ by orders of magnitude, so each panel has its own axis.
func cpu(v *view) (picture, error) {
	if len(v.Known(cpuFigure)) == 0 {
		return cpuOf(v, cpuIdle)
	}
	if len(v.Known(cpuIdle)) == 0 {
		return cpuOf(v, cpuFigure)
	}
	return cpuOf(v, cpuFigure, cpuIdle)
}

// cpuOfHalf is the picture of messages alone.
func cpuOfHalf(v *view) (picture, error) { return cpuOf(v, cpuFigure) }

// cpuOf draws a panel of each metric, lanes in the order of the first.
func cpuOf(v *view, metrics ...string) (picture, error) {
	first := metrics[0]
	if len(v.Known(first)) == 0 {
		return skip("no trial has the CPU time of a broadcast or of an idle phase"), nil
	}
	b := v.barChart(v.drawn(first), len(metrics))
	for _, m := range metrics {
		if m == cpuFigure {
			b.add("CPU per delivered message", words.Seconds, 1, b.plain(m))
			continue
		}
		b.add("CPU per idle connection", words.PerSecond, 1, b.each(func(l results.Lane) bar {
			one := bar{row: v.Row(l.Name, m)}
			if l.Silent() {
				one.behind = ", no heartbeats"
			}
			return one
		}))
	}
	s := v.ofBroadcast(source{metric: first, phrasing: phrasing{"spends", "per message"}, also: metrics[1:], of: b.lanes})
	if first == cpuIdle {
		s = source{
			metric: first, phrasing: phrasing{"spends", "per idle connection"},
			at: []string{v.connections(results.PhaseIdle)}, how: "phase " + results.PhaseIdle, of: b.lanes,
		}
	}
	return b.picture(v.caption(s)), nil
}
