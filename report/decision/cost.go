// Package decision turns the figures of a run, which are per connection and per message, into what a workload takes: cores, memory
// and traffic for its users, and where the order of the options changes.
//
//	results.Data + results.Workload -> New -> Decision -> Markdown
//
// Every figure is computed once for each trial and reduced like any other figure of a run: the median of the trials with its
// interval, and ratios paired within blocks. So the parts of a sum may depend on each other, and the interval is still right.
package decision

import (
	"math"

	"github.com/pushbench/pushbench/results"
)

// Overhead of the layers below the socket, in bytes for each message that a client receives. A message is assumed to travel alone in
// its segment, and acknowledgements travel the other way.
const (
	ipHeader  = 20      // RFC 791
	tcpHeader = 20 + 12 // RFC 9293, and the timestamps of RFC 7323 that Linux sends
	tlsRecord = 5 + 17  // RFC 8446: header, tag and content type of AES-GCM and ChaCha20-Poly1305
)

// resource is something a workload takes.
type resource struct {
	name string
	unit string
	take func(results.Workload, figures) float64 // NaN: a figure is missing
}

// figures are those of one lane in one trial, by metric.
type figures map[string]float64

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
		{coresName, results.Count, cores},
		{"memory before traffic", results.Bytes, memory(perConnection)},
		{memoryName, results.Bytes, memory(perConnectionAfter)},
		{"network out", bitsPerSecond, traffic},
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

	payloadBytes = "payload" // no metric: what the messages of the run carried

	bitsPerSecond = "bit/s"

	coresName  = "cores"
	memoryName = "memory after traffic"

	hour = 3600
)

// cores is the CPU time a second: of messages to users and from them, of reconnects, and of heartbeats where no message comes so long.
func cores(w results.Workload, f figures) float64 {
	users := float64(w.Users)
	sum := users * w.Rate * f.of(perMessage)
	if w.Reconnects > 0 {
		sum += users * w.Reconnects / hour * f.of(perHandshake)
	}
	if w.ClientRate > 0 {
		sum += users * w.ClientRate * f.of(perUplink)
	}
	if w.Rate*heartbeat < 1 {
		sum += users * f.of(perIdle)
	}
	return sum
}

// heartbeat is the seconds of silence after which a server sends one: where messages come more often, none is sent.
const heartbeat = 15

func memory(per string) func(results.Workload, figures) float64 {
	return func(w results.Workload, f figures) float64 { return f.of(base) + float64(w.Users)*f.of(per) }
}

// traffic takes the framing of the measured messages for that of the workload's: it grows by 2 B at 126 B in a frame of WebSocket, and
// by a digit in a chunk of HTTP.
func traffic(w results.Workload, f figures) float64 {
	below := ipHeader + tcpHeader
	if w.TLS {
		below += tlsRecord
	}
	framing := f.of(perMessageBytes) - f.of(payloadBytes)
	return 8 * float64(w.Users) * w.Rate * (float64(w.Size) + framing + float64(below))
}
