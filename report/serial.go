package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// Agreement within which sends one after the other explain a latency: of the two, neither is more than a quarter above the other.
const serialAgrees = 1.25

// serial says why the median delivery takes as long as it does: a server sends a message to one client after the other, so that the
// median client waits for the sends to half of them. It is told of the lanes whose figures agree with that: the latency, the CPU time
// of a send, and where system calls were traced, the time messages spent in the server. Empty: of none.
func serial(v *results.View) string {
	_, clients := v.Connections(v.Broadcast())
	cpus := len(strings.Split(v.Data.Run.Environment.Affinity["server"], ","))
	if v.Data.Run.Vary != nil || clients < 2 || v.Data.Run.Environment.Affinity["server"] == "" {
		return ""
	}
	var agree []string
	for _, l := range v.Lanes {
		if queued(v, l.Name, sends(v, l.Name, clients, cpus)) {
			agree = append(agree, l.Name)
		}
	}
	if len(agree) == 0 {
		return ""
	}
	lane := agree[0]
	text := fmt.Sprintf("A message of %s reaches the median client after %s because the server sends it to %s clients one after the other on %d %s, "+
		"with %s of CPU time each: the first %s take %s.", lane, words.Seconds.Number(v.Row(lane, "delivery_latency_p50").Median),
		words.Thousands(clients), cpus, words.Plural(cpus, "CPU", "CPUs"), words.Seconds.Number(v.Row(lane, "cpu_per_message").Median),
		words.Thousands(clients/2), words.Seconds.Number(sends(v, lane, clients, cpus)))
	if share := inServer(v, lane); words.Finite(share) {
		text += fmt.Sprintf(" The traced sends confirm it: the mean delivery spends %s of its time in the server before its send.", words.InPercent(math.Floor(100*share)/100))
	}
	if len(agree) > 1 {
		text += " It is the same with " + listed(agree[1:]) + "."
	}
	return text
}

// sends is the time that the sends of a message to half of the clients take.
func sends(v *results.View, lane string, clients, cpus int) float64 {
	return v.Row(lane, "cpu_per_message").Median * float64(clients) / 2 / float64(cpus)
}

// queued reports whether sends before it are what the median delivery of a lane waits for.
func queued(v *results.View, lane string, sends float64) bool {
	latency := v.Row(lane, "delivery_latency_p50")
	share := inServer(v, lane)
	return latency.N > 0 && !latency.Lossy() && latency.Median < sends*serialAgrees && sends < latency.Median*serialAgrees &&
		(!words.Finite(share) || share > 0.5)
}

// inServer is the share of the mean delivery that passes in the server before the send; NaN: nothing was traced.
func inServer(v *results.View, lane string) float64 {
	return v.Row(lane, "latency_in_server").Median / v.Row(lane, "delivery_latency_mean").Median
}
