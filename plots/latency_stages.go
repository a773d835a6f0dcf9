package plots

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// latencyStages shows where the time of the mean delivery goes, with the load's own delay behind it, and where that of one
// send does: most deliveries wait for many of those, and the arrival lies within one.
func latencyStages(v *view) (picture, error) {
	const (
		delivery, send         = "delivery_latency_mean", "send_time"
		server, kernel, client = "latency_in_server", "latency_in_kernel", "latency_in_client"
	)
	rows := v.Known(delivery, send)
	if len(v.Known(delivery)) == 0 || len(v.Known(server)) == 0 {
		return skip("%s", v.untraced()), nil
	}
	var whole, one []bar
	for _, l := range v.Lanes {
		median := func(metric string) float64 { return v.Row(l.Name, metric).Median }
		whole = append(whole, bar{lane: l, row: v.Row(l.Name, delivery), layers: []float64{
			median("latency_in_publisher"), median(server), median(kernel), median(client), 0,
		}})
		one = append(one, bar{lane: l, row: v.Row(l.Name, send), layers: []float64{0, 0, median(kernel), 0, median(send) - median(kernel)}})
	}
	sentence := v.sentence(delivery, phrasing{"delivers a message within", "on average"}) + ". In one send " +
		v.sentence(send, phrasing{"spends", ""})
	caption := v.caption(sentence, "sends timed in the kernel, which slows the server; "+v.at(results.PhaseTraced), delivery, send)
	return picture{
		panels:  []*plot.Plot{barPanel(whole, "mean delivery, and what the load adds", words.Seconds, true), barPanel(one, "one send", words.Seconds, false)},
		room:    barRoom(len(whole)),
		caption: words.Join(caption, v.readLater(client)),
		legend: slices.Concat(
			layerEntries("publisher", "server, to the send", "kernel, to the arrival", "load, to its read", "rest of the send"), trialEntries(rows)),
	}, nil
}

// readLater is the time that the load added.
func (v *view) readLater(metric string) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range v.Known(metric) {
		low, high = min(low, r.Median), max(high, r.Median)
	}
	if !words.Finite(low) || !words.Finite(high) {
		return ""
	}
	span := words.Seconds.Number(low)
	if words.Seconds.Number(high) != span {
		span += " to " + words.Seconds.Number(high)
	}
	return "The load read it " + span + " after its arrival (mean of reads), which is in no figure."
}

// untraced is why there are no stages.
func (v *view) untraced() string {
	if why, ok := v.Data.Run.Environment.Unread(results.AccountingTrace); ok {
		return "this machine does not trace system calls: " + why
	}
	if _, most := v.Connections(results.PhaseTraced); most == 0 {
		return "no trial traced system calls (a scenario's key trace sets for how long)"
	}
	if len(v.Data.Run.Metrics) > 0 {
		return "the scenario's metrics leave the stages out"
	}
	return "no traced trial received exactly what was sent"
}
