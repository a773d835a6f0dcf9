package plots

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg/draw"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// latencyStages shows where the time of the mean delivery goes, with the load's own delay behind it, and how long one send takes: most
// deliveries wait for many of those, and the arrival lies within one. The wait is thousands of times any of the others.
func latencyStages(v *view) (picture, error) {
	const (
		delivery, send         = "delivery_latency_mean", "send_time"
		server, kernel, client = "latency_in_server", "latency_in_kernel", "latency_in_client"
	)
	if len(v.Known(delivery)) == 0 || len(v.Known(server)) == 0 {
		return skip("%s", v.untraced()), nil
	}
	pic, lanes := v.marked(marks{
		lanes: v.drawn(delivery), right: delivery,
		all: []mark{
			{"latency_in_publisher", "publisher is late", draw.RingGlyph{}},
			{server, "wait in the server until the send", draw.CircleGlyph{}},
			{kernel, "send to arrival", draw.PyramidGlyph{}},
			{send, "one send", draw.BoxGlyph{}},
			{client, "arrival to read", draw.TriangleGlyph{}},
		},
	}, "mean time of a stage, logarithmic axis; number: all of the delivery")
	if pic.skipped != "" {
		return pic, nil
	}
	pic.caption = v.caption(source{
		metric: delivery, phrasing: phrasing{"takes", "on average"}, also: []string{send},
		at: []string{v.connections(results.PhaseTraced)}, how: "sends timed in the kernel, which slows the server; the arrival lies within the send", of: lanes,
	}.in(results.PhaseTraced))
	least, later := math.Inf(1), []float64{}
	for _, l := range lanes {
		if share := v.Row(l.Name, server).Median / v.Row(l.Name, delivery).Median; drawable(share) {
			least = min(least, share)
		}
		later = append(later, v.Row(l.Name, client).Median)
	}
	if drawable(least) {
		wait := fmt.Sprintf("at least %d%% of any lane's is the wait in the server", int(math.Floor(100*least)))
		pic.caption.finding = append(pic.caption.finding[:1:1], wait)
	}
	if span := spanOf(later, words.Seconds.Number); span != "" {
		pic.caption.notes = append(pic.caption.notes, "The load read it "+span+" after its arrival (mean of reads), which is in no figure.")
	}
	return pic, nil
}

// spanOf words the least and the largest of some numbers; empty: none is known.
func spanOf(values []float64, in func(float64) string) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if words.Finite(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	switch {
	case low > high:
		return ""
	case in(low) == in(high):
		return in(low)
	default:
		return in(low) + " to " + in(high)
	}
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
