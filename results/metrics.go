package results

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results/stats"
)

// Metric is a figure of the summary.
type Metric struct {
	Name   string
	Rank   Rank
	Unit   string
	Better stats.Direction
	Help   string // one phrase
	Scope  Scope
	derive derivation
	Needs  string // listed only where a trial counted this; empty: always
}

// Scope is the kind of phases that a metric is taken from.
type Scope string

// Kinds of metric.
const (
	OncePerTrial Scope = "trial"     // from phases every trial has
	PerBroadcast Scope = "broadcast" // from each broadcast phase, which may have several
	Latency      Scope = "latency"   // as PerBroadcast, and comparable only when no message was lost (rule 11)

	PerUplink   Scope = "uplink"       // from each phase in which clients send
	RoundTrip   Scope = "round trip"   // as PerUplink, and comparable only when every message was confirmed
	UplinkAlone Scope = "uplink alone" // from each phase in which only clients send
)

// Rank is how prominent a metric is. One figure a reader's question: the cost of a connection, fresh and used, to open
// and to keep; the cost and the latency of a message; and what the scenario's clients do besides reading.
type Rank string

// Ranks, each more than the one before.
const (
	Detail   Rank = ""         // in the whole table
	Headline Rank = "headline" // in the first table of a report and in the terminal
	// Stopping is a headline, and what --until-precise waits for. The 99th percentile of latency is none: its ratios have
	// intervals 1.4 to 3 times as wide as the median's (results/reference), blocks grow with the square of that, and so it
	// alone would decide how long every run takes. Nor is reach, or another count of what went wrong: a lane has all
	// messages in each trial or is not comparable, and no number of blocks mends that.
	Stopping Rank = "stopping"
)

// metrics is THE TABLE: the figures of a summary. To add a metric, add a row; README.md repeats the table, and
// `go test ./results -update` writes it there.
func metrics() []Metric {
	const detail, headline, stopping = Detail, Headline, Stopping
	const lower, higher = stats.Lower, stats.Higher
	return []Metric{
		{"memory_per_connection", stopping, Bytes, lower, "all memory of the server one more connection adds: resident, and the kernel's for its end", OncePerTrial, memory(slope), ""},
		{"rss_per_connection", stopping, Bytes, lower, "resident memory of the server one more connection adds, after a forced GC", OncePerTrial, slope("process", "rss"), ""},
		{"rss_without_connections", detail, Bytes, lower, "resident memory of the server itself: where the line of rss_per_connection begins", OncePerTrial, intercept("process", "rss"), ""},
		{"heap_per_connection", detail, Bytes, lower, "Go heap in use one more connection adds, after a forced GC", OncePerTrial, slope("runtime", "heap_in_use"), ""},
		{"stacks_per_connection", detail, Bytes, lower, "goroutine stacks one more connection adds", OncePerTrial, slope("runtime", "stacks"), ""},
		{"runtime_other_per_connection", detail, Bytes, lower, "memory of the Go runtime other than heap and stacks (spans, caches, profiles) one more connection adds", OncePerTrial, slope("runtime", "runtime_other"), ""},
		{"other_rss_per_connection", detail, Bytes, lower, "resident memory one more connection adds outside heap, stacks and runtime", OncePerTrial, otherResident(slope), ""},
		{"kernel_per_connection", detail, Bytes, lower, "kernel memory one more connection adds at the server's end: socket, inode, file, epoll entry, buffers", OncePerTrial, slope("sockets", "kernel_memory"), ""},
		{"goroutines_per_connection", detail, Count, lower, "goroutines one more connection adds", OncePerTrial, slope("runtime", "goroutines"), ""},
		{"descriptors_per_connection", detail, Count, lower, "file descriptors one more connection adds", OncePerTrial, slope("descriptors", "descriptors"), ""},
		{"memory_per_connection_after", detail, Bytes, lower, "memory_per_connection once traffic has grown stacks, pools and buffers", OncePerTrial, memory(slopeAfter), ""},
		{"rss_per_connection_after", stopping, Bytes, lower, "rss_per_connection once traffic has grown the stacks and pools", OncePerTrial, slopeAfter("process", "rss"), ""},
		{"heap_per_connection_after", detail, Bytes, lower, "heap_per_connection after traffic", OncePerTrial, slopeAfter("runtime", "heap_in_use"), ""},
		{"stacks_per_connection_after", detail, Bytes, lower, "stacks_per_connection after traffic", OncePerTrial, slopeAfter("runtime", "stacks"), ""},
		{"runtime_other_per_connection_after", detail, Bytes, lower, "runtime_other_per_connection after traffic", OncePerTrial, slopeAfter("runtime", "runtime_other"), ""},
		{"other_rss_per_connection_after", detail, Bytes, lower, "other_rss_per_connection after traffic", OncePerTrial, otherResident(slopeAfter), ""},
		{"kernel_per_connection_after", detail, Bytes, lower, "kernel_per_connection after traffic", OncePerTrial, slopeAfter("sockets", "kernel_memory"), ""},
		{"queued_per_connection", detail, Bytes, lower, "payload left in the buffers of the server's end of a connection after traffic", OncePerTrial, share(PhaseAfter, "sockets", "queued"), ""},
		{"memory_available_per_connection", detail, Bytes, lower, "fall of the machine's available memory with one more connection: server, agents, coordinator, both ends, and the proxies of a path", OncePerTrial, negative(slope("meminfo", "available")), ""},
		{"memory_layers_per_connection", detail, Bytes, lower, "what that fall should be: the layers of server, agents, coordinator and both ends, less what stays available", OncePerTrial, everything, ""},

		{"tcp_connect_time_p50", detail, Seconds, lower, "from the begin of the connect to the connected socket, median", OncePerTrial, rampPercentile("tcp_connect", 50), ""},
		{"tcp_connect_time_p99", detail, Seconds, lower, "from the begin of the connect to the connected socket, 99th percentile", OncePerTrial, rampPercentile("tcp_connect", 99), ""},
		{"tls_handshake_time_p50", detail, Seconds, lower, "from the connected socket to the end of a full TLS handshake, median", OncePerTrial, rampPercentile("tls_handshake", 50), "tls_handshakes"},
		{"tls_handshake_time_p99", detail, Seconds, lower, "from the connected socket to the end of a full TLS handshake, 99th percentile", OncePerTrial, rampPercentile("tls_handshake", 99), "tls_handshakes"},
		{"response_head_time_p50", detail, Seconds, lower, "from the connected socket, with TLS where the lane has it, to the complete response head, median", OncePerTrial, rampPercentile("response_head", 50), ""},
		{"response_head_time_p99", detail, Seconds, lower, "from the connected socket, with TLS where the lane has it, to the complete response head, 99th percentile", OncePerTrial, rampPercentile("response_head", 99), ""},
		{"first_message_time_p50", detail, Seconds, lower, "from the response head to the greeting, median", OncePerTrial, rampPercentile("first_message", 50), ""},
		{"first_message_time_p99", detail, Seconds, lower, "from the response head to the greeting, 99th percentile", OncePerTrial, rampPercentile("first_message", 99), ""},
		{"handshake_time_p50", stopping, Seconds, lower, "from the scheduled start to the confirmed subscription, median", OncePerTrial, rampPercentile("handshake", 50), ""},
		{"handshake_time_p99", detail, Seconds, lower, "from the scheduled start to the confirmed subscription, 99th percentile", OncePerTrial, rampPercentile("handshake", 99), ""},
		{"cpu_per_handshake", stopping, Seconds, lower, "CPU time of the server for one connection opened", OncePerTrial, cpuPerHandshake, ""},
		{idleCPU, stopping, Count, lower, "CPU seconds of the server per second and idle connection, heartbeats included", OncePerTrial, cpuPerIdle, ""},

		{"cpu_per_message", stopping, Seconds, lower, "CPU time of the server for one message delivered to one connection", PerBroadcast, quotient("schedstat", "cpu", "received"), ""},
		{"cpu_user_per_message", detail, Seconds, lower, "the part of cpu_per_message in the program, garbage collection included", PerBroadcast, cpuPart("cpu_user"), ""},
		{"cpu_system_per_message", detail, Seconds, lower, "the part of cpu_per_message in the kernel", PerBroadcast, cpuPart("cpu_system"), ""},
		{"cpu_wait_per_message", detail, Seconds, lower, "time the server's threads could have run and waited for a CPU, for one message", PerBroadcast, quotient("schedstat", "cpu_wait", "received"), ""},
		{"gc_share", detail, Count, lower, "share of the server's CPU time in garbage collection, by Go's account; 0 where no cycle ended in the phase", PerBroadcast, gcShare, ""},
		{"allocations_per_message", detail, Count, lower, "objects the server allocates for one message delivered to one connection", PerBroadcast, quotient("runtime", "allocations", "received"), ""},
		{"switches_voluntary_per_message", detail, Count, lower, "times a thread of the server waited for something, for one message", PerBroadcast, quotient("switches", "switches_voluntary", "received"), ""},
		{"switches_involuntary_per_message", detail, Count, lower, "times a thread of the server lost its CPU, for one message", PerBroadcast, quotient("switches", "switches_involuntary", "received"), ""},
		{"sched_latency_p50", detail, Seconds, lower, "how long a runnable goroutine waited for a processor, median, by Go's scheduler", PerBroadcast, percentile("sched_latency", 50), ""},
		{"sched_latency_p99", detail, Seconds, lower, "how long a runnable goroutine waited for a processor, 99th percentile", PerBroadcast, percentile("sched_latency", 99), ""},
		{"delivery_latency_p50", stopping, Seconds, lower, "from the intended publish to the arrival, median", Latency, percentile("delivery_latency", 50), ""},
		{"delivery_latency_p99", headline, Seconds, lower, "from the intended publish to the arrival, 99th percentile", Latency, percentile("delivery_latency", 99), ""},
		{"delivery_latency_p999", detail, Seconds, lower, "from the intended publish to the arrival, 99.9th percentile", Latency, percentile("delivery_latency", 99.9), ""},
		{"fanout_spread_p50", detail, Seconds, lower, "from a message's first arrival to its last, median of the messages", Latency, percentile("fanout_spread", 50), ""},
		{"wire_bytes_per_message", stopping, Bytes, lower, "bytes read from sockets for one message received, framing and heartbeats included", PerBroadcast, quotient("agent", "bytes", "received"), ""},
		{"writes_per_message", detail, Count, lower, "calls of write and writev, to files of any kind, for one message delivered to one connection", PerBroadcast, quotient("io", "write_calls", "received"), "write_calls"},
		{"written_bytes_per_message", detail, Bytes, lower, "bytes the server gave to such calls for one message delivered to one connection", PerBroadcast, quotient("io", "written_bytes", "received"), "write_calls"},
		{"reach", headline, Count, higher, "messages received of those expected; below 1, latencies are not comparable", PerBroadcast, reach, ""},
		{"lost", detail, Count, lower, "messages that never arrived, over all connections", PerBroadcast, total("lost"), ""},
		{"duplicated", detail, Count, lower, "messages that arrived again, over all connections", PerBroadcast, total("duplicated"), ""},
		{"reordered", detail, Count, lower, "messages that arrived behind a later one, over all connections", PerBroadcast, total("reordered"), ""},
		{"compared", detail, Count, stats.Neutral, "messages compared with the published ones, over all connections; where one differs, the trial has failed", PerBroadcast, total("compared"), "compared"},

		{"reconnect_time_p50", headline, Seconds, lower, "from the end of a connection to the confirmed resumption, waiting included, median", PerBroadcast, percentile("reconnect_time", 50), "returned"},
		{"reconnect_time_p99", detail, Seconds, lower, "from the end of a connection to the confirmed resumption, waiting included, 99th percentile", PerBroadcast, percentile("reconnect_time", 99), "returned"},
		{"returned", headline, Count, higher, "clients that came back after their connection had ended", PerBroadcast, total("returned"), "returned"},
		{"silence_at_end_p50", headline, Seconds, stats.Neutral, "behind proxies, from the last byte of a connection to its end, which its client did not ask for, median: near the limit of a hop that cuts silent streams", PerBroadcast, percentile("silence_at_end", 50), "returned"},
		{"retried", detail, Count, lower, "attempts to come back that failed", PerBroadcast, total("retried"), "returned"},
		{"tls_resumed", detail, Count, stats.Neutral, "TLS handshakes of clients that came back and went on with their session", PerBroadcast, total("tls_resumed"), "tls_resumed"},
		{"tls_resumption_time_p50", detail, Seconds, lower, "from the connected socket to the end of a TLS handshake that went on with a session, median", PerBroadcast, percentile("tls_resumption", 50), "tls_resumed"},
		{"replaced", headline, Count, higher, "clients that left at the end of their lifetime", PerBroadcast, total("left"), "left"},
		{"memory_per_former_connection", headline, Bytes, lower, "resident memory that each client that has left leaves behind: what grew since the warm-up, after a forced GC where the server can be asked for one", OncePerTrial, memoryPerFormer, "left"},
		{"dead_held", headline, Count, lower, "connections of dead clients that the server had not closed at the end of the phase", PerBroadcast, deadServed, "blackholed"},
		{"slow_given_up", headline, Count, lower, "connections of slow clients the server serves no more at the end of the phase", PerBroadcast, slowGivenUp, "slow"},

		{"uplink_round_trip_p50", stopping, Seconds, lower, "from the time a client was to send a message to the arrival of its confirmation, median", RoundTrip, percentile("uplink_round_trip", 50), "uplinks_due"},
		{"uplink_round_trip_p99", headline, Seconds, lower, "from the time a client was to send a message to the arrival of its confirmation, 99th percentile", RoundTrip, percentile("uplink_round_trip", 99), "uplinks_due"},
		{"cpu_per_uplink", stopping, Seconds, lower, "CPU time of the server for one message of a client, confirmation included", UplinkAlone, quotient("schedstat", "cpu", "uplinks_confirmed"), "uplinks_due"},
		{"allocations_per_uplink", detail, Count, lower, "objects the server allocates for one message of a client", UplinkAlone, quotient("runtime", "allocations", "uplinks_confirmed"), "uplinks_due"},
		{"uplink_bytes_per_message", stopping, Bytes, lower, "bytes written and read for one message of a client, framing, heads and heartbeats included", UplinkAlone, uplinkBytes, "uplinks_due"},
		{"uplink_reach", headline, Count, higher, "messages of clients confirmed of those that were due; below 1, round trips are not comparable", PerUplink, uplinkReach, "uplinks_due"},
		{"uplinks_lost", detail, Count, lower, "messages of clients that were never confirmed", PerUplink, total("uplinks_lost"), "uplinks_due"},
		{"uplinks_unasked", detail, Count, lower, "confirmations that came again, or of what no client had sent", PerUplink, total("uplinks_unasked"), "uplinks_due"},
		{"memory_per_uplink_connection", headline, Bytes, lower, "all memory of the server for the second connection, on which a client sends; about 0 where there is none", OncePerTrial, uplinkMemory, "uplink_connections"},
		{"cpu_per_uplink_connection", detail, Seconds, lower, "CPU time of the server for opening it, of each client", OncePerTrial, uplinkCPU, "uplink_connections"},

		{"proxy_rss_per_connection", headline, Bytes, lower, "resident memory of the proxies of the path, together, one more connection adds", OncePerTrial, of(slope("process", "rss"), ProcessProxy), "proxies"},
		{"proxy_cpu_per_handshake", detail, Seconds, lower, "CPU time of the proxies for one connection opened", OncePerTrial, of(cpuPerHandshake, ProcessProxy), "proxies"},
		{"proxy_cpu_per_message", headline, Seconds, lower, "CPU time of the proxies for one message delivered to one connection", PerBroadcast, of(quotient("schedstat", "cpu", "received"), ProcessProxy), "proxies"},

		{"delivered_within_250ms", headline, Count, higher, "share of the expected messages that arrived within 250 ms of their intended publish", PerBroadcast, within(250 * time.Millisecond), probesOfLink},
		{"delivered_within_1s", headline, Count, higher, "share of the expected messages that arrived within a second of their intended publish", PerBroadcast, within(time.Second), probesOfLink},
		{"link_round_trip", detail, Seconds, stats.Neutral, "round trip of the path's link, as packets of its own read it before the trial, median", OncePerTrial, linkRead, probesOfLink},
		{"link_loss", detail, Count, stats.Neutral, "share of the packets in both directions that the link lost by chance", PerBroadcast, linkLoss, probesOfLink},
		{"link_overflowed", detail, Count, stats.Neutral, "packets that the link dropped because its queue was full", PerBroadcast, linkOverflowed, probesOfLink},

		{"delivery_latency_mean", detail, Seconds, lower, "from the intended publish to the arrival, mean while traced: the sum of publisher, server and kernel below", OncePerTrial, meanDelivery, "sends"},
		{"latency_in_publisher", detail, Seconds, lower, "from the intended publish to the publish, mean while traced", OncePerTrial, inPublisher, "sends"},
		{"latency_in_server", detail, Seconds, lower, "from the publish to the entry of the system call that sends, mean while traced: wake-up, queue behind other connections, encoding", OncePerTrial, inServer, "sends"},
		{"latency_in_kernel", detail, Seconds, lower, "from the entry of that call to the arrival at the client's kernel, mean while traced", OncePerTrial, inKernel, "sends"},
		{"latency_in_client", detail, Seconds, stats.Neutral, "from the arrival to the read, mean of reads while traced: the load's own, in no latency", OncePerTrial, inClient, "sends"},
		{"send_time", detail, Seconds, lower, "from entry to return of the call that sends, mean while traced; on loopback the arrival lies within it", OncePerTrial, traced("send_time"), "sends"},
		{"syscalls_per_message", detail, Count, lower, "system calls of the server for one message delivered to one connection, while traced", OncePerTrial, perTraced("syscalls"), "sends"},
		{"sends_per_message", detail, Count, lower, "system calls that gave bytes to a subscriber's socket, for one message delivered to one connection, while traced", OncePerTrial, perTraced("sends"), "sends"},
		{"sent_bytes_per_message", detail, Bytes, lower, "bytes given to subscribers' sockets for one message delivered to one connection, while traced", OncePerTrial, perTraced("sent"), "sends"},
	}
}

// MetricByName finds a metric under its name in the table, or under that of one broadcast phase (name@phase).
func MetricByName(name string) (Metric, bool) {
	name, _, perPhase := strings.Cut(name, "@")
	all := metrics()
	i := slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })
	if i < 0 || perPhase && all[i].Scope == OncePerTrial {
		return Metric{}, false
	}
	return all[i], true
}

// MetricNames returns the names of the table in its order.
func MetricNames() []string {
	var names []string
	for _, m := range metrics() {
		names = append(names, m.Name)
	}
	return names
}

// Headline reports whether a metric is among those a reader looks at first: the scenario's, or where it lists none those of
// the table.
func (r Run) Headline(metric string) bool {
	m, ok := MetricByName(metric)
	return len(r.Metrics) > 0 || ok && m.Rank != Detail
}

// stops reports whether --until-precise waits for a metric: for the scenario's, or those of the table.
func (r Run) stops(metric string) bool {
	m, ok := MetricByName(metric)
	return len(r.Metrics) > 0 || ok && m.Rank == Stopping
}

// From names the phases that a metric is taken from, and the sample it needs first.
func (m Metric) From() string {
	text := string(m.Scope)
	switch m.Scope {
	case OncePerTrial:
		text = "phases of every trial"
	case PerBroadcast, Latency:
		text = "each broadcast"
	case PerUplink, RoundTrip:
		text = "each phase in which clients send"
	case UplinkAlone:
		text = "each phase in which only clients send"
	}
	_, w, err := m.derive(Rows{}, "PHASE") // an empty trial misses what the figure is made of
	if err != nil || w.Code != Missing {
		return text
	}
	text += fmt.Sprintf(": %v", w.Args["metric"])
	if source, _ := w.Args["source"].(string); source != "" {
		text += " of " + source
	}
	if phase, _ := w.Args["of"].(string); phase != "PHASE" {
		text += " in phase " + phase
	}
	return text
}
