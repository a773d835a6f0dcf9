// Package decision turns the figures of a run, which are per connection and per message, into what a workload takes: cores, memory
// and traffic for its users, and where the order of the options changes.
//
//	results.Data + results.Workload -> New -> Decision -> Markdown
//
// Every figure is computed once for each trial and reduced like any other figure of a run (results.Run.RowsOf). So the parts of a sum
// may depend on each other, and the interval is still right.
package decision

import (
	"maps"
	"math"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// Headers below a message that a client receives, in bytes: IP (RFC 791), and TCP (RFC 9293) with the timestamps that Linux sends
// (RFC 7323). A message is assumed to travel alone in its segment, and acknowledgements travel the other way.
const headers = 20 + 20 + 12

// resource is something a workload takes.
type resource struct {
	name string
	unit string
	take func(results.Workload, figures) float64 // NaN: a figure is missing
}

// figures are those of one lane in one trial, by metric.
type figures map[string]float64

// under are those of a load: of its own broadcast, where the run has one.
func (f figures) under(load string) figures {
	out := maps.Clone(f)
	for name, v := range f {
		if metric, phase, ok := strings.Cut(name, "@"); ok && phase == load {
			out[metric] = v
		}
	}
	return out
}

// of is one of them; NaN: the trial has none.
func (f figures) of(metric string) float64 {
	if v, ok := f[metric]; ok {
		return v
	}
	return math.NaN()
}

// resources is THE TABLE of what a workload takes. To add one: add a row.
func resources() []resource {
	return []resource{
		{"cores", results.Count, cores},
		{"memory before traffic", results.Bytes, memory(perConnection)},
		{"memory after traffic", results.Bytes, memory(perConnectionAfter)},
		{"network out", string(words.BitRate), traffic},
	}
}

// Metrics that a decision is computed from.
const (
	base               = "rss_without_connections"
	perConnection      = "memory_per_connection"
	perConnectionAfter = "memory_per_connection_after"
	perMessage         = "cpu_per_message"
	perMessageBytes    = "wire_bytes_per_message"
	perIdle            = "cpu_per_idle_connection"
	perHandshake       = "cpu_per_handshake"
	perUplink          = "cpu_per_uplink"
	timeBack           = "reconnect_time_p50"
	latency            = "delivery_latency_p99"
	lost               = "lost"

	payloadBytes = "payload"   // no metric: what the messages of the run carried
	heartbeat    = "heartbeat" // nor this: the seconds of silence after which its servers sent one; 0: never
)

// cores is the CPU time a second: of messages to users and from them, of reconnects, and of silence.
func cores(w results.Workload, f figures) float64 {
	sum := w.Rate*f.of(perMessage) + idle(w.Rate, f)
	if w.Reconnects > 0 {
		sum += w.Reconnects / 3600 * f.of(perHandshake)
	}
	if w.ClientRate > 0 {
		sum += w.ClientRate * f.of(perUplink)
	}
	return float64(w.Users) * sum
}

// idle is the CPU time a second of a connection on which messages come so rarely that servers send heartbeats, as they did in the idle
// phase of the run. It is 0 where they come more often. Of a run that does not record its heartbeat, only a message a second or
// more is known to be often enough.
func idle(rate float64, f figures) float64 {
	every, recorded := f[heartbeat]
	switch {
	case recorded && every > 0 && rate*every < 1:
		return f.of(perIdle)
	case recorded, rate >= 1:
		return 0
	default:
		return math.NaN()
	}
}

func memory(per string) func(results.Workload, figures) float64 {
	return func(w results.Workload, f figures) float64 { return f.of(base) + float64(w.Users)*f.of(per) }
}

// traffic takes the framing of the measured messages for that of the workload's: it grows by 2 B at 126 B in a frame of WebSocket, and
// by a digit in a chunk of HTTP.
func traffic(w results.Workload, f figures) float64 {
	framing := f.of(perMessageBytes) - f.of(payloadBytes)
	return 8 * float64(w.Users) * w.Rate * (float64(w.Size) + framing + headers)
}
