package plots

import (
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// cpuParted shows what the CPU time of a delivered message goes to. The collector's part is Go's own account of it, the others are the
// kernel's.
func cpuParted(v *view) (picture, error) {
	const user, system = "cpu_user_per_message", "cpu_system_per_message"
	if len(v.Known(user)) == 0 || len(v.Known(system)) == 0 || len(v.Known(cpuFigure)) == 0 {
		return skip("no trial has the CPU time of a broadcast apart by user and system"), nil
	}
	b := v.barChart(v.drawn(cpuFigure), 1)
	b.add("CPU per delivered message", words.Seconds, 1, b.each(func(l results.Lane) bar {
		program, kernel := v.Row(l.Name, user).Median, v.Row(l.Name, system).Median
		collector := v.Row(l.Name, "gc_share").Median * (program + kernel)
		if !words.Finite(collector) {
			collector = 0
		}
		collector = min(collector, program)
		return bar{row: v.Row(l.Name, cpuFigure), layers: []float64{program - collector, collector, kernel}}
	}))
	c := v.caption(v.ofBroadcast(source{
		metric: system, phrasing: phrasing{"spends", "per message in the kernel"}, also: []string{cpuFigure},
		how: "bars are as long as the median of the whole, and divided as the medians of its parts are", of: b.lanes,
	}))
	return b.picture(c, "program", "garbage collector", "kernel"), nil
}
