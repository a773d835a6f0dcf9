package plots

import (
	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// cpuParted shows what the CPU time of a delivered message goes to.
func cpuParted(v *view) (picture, error) {
	const metric, user, system = "cpu_per_message", "cpu_user_per_message", "cpu_system_per_message"
	rows := v.Known(metric)
	if len(v.Known(user, system)) == 0 || len(rows) == 0 {
		return skip("no trial has the CPU time of a broadcast apart by user and system"), nil
	}
	var all []bar
	for _, l := range v.Lanes {
		all = append(all, v.parted(l, metric, user, system))
	}
	p := barPanel(all, "CPU per delivered message", words.Seconds, true)
	return picture{
		panels: []*plot.Plot{p}, room: barRoom(len(all)),
		caption: v.caption(v.sentence(system, phrasing{"spends", "of CPU per message in the kernel"}), v.at(v.Broadcast()), metric, system),
		legend:  append(layerEntries("program", "garbage collector", "kernel"), trialEntries(rows)...),
	}, nil
}

// parted is a lane's bar: the median, divided as the medians of its parts are. The collector's part is Go's own account of
// it, the others are the kernel's.
func (v *view) parted(l results.Lane, metric, user, system string) bar {
	b := bar{lane: l, row: v.Row(l.Name, metric)}
	program, kernel := v.Row(l.Name, user).Median, v.Row(l.Name, system).Median
	whole := program + kernel
	collector := v.Row(l.Name, "gc_share").Median * whole
	if !words.Finite(collector) {
		collector = 0
	}
	collector = min(collector, program)
	for _, part := range []float64{program - collector, collector, kernel} {
		b.layers = append(b.layers, b.row.Median*part/whole)
	}
	return b
}
