package plots

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// shape is a made-up run: it goes through the same writer as a real one.
type shape struct {
	lanes   []results.Lane
	blocks  int
	levels  []int
	planned int // trials; 0: all there are
	spoil   func(*results.Trial)
	keep    func(results.Sample) bool // nil: all
	edit    func(*results.Sample)     // nil: none
	run     func(*results.Run)        // nil: none
	more    func(m *maker, top int)   // rows beside the usual; nil: none
	noHDR   bool
}

func threeLanes() []results.Lane {
	knobs := func(goroutines, heartbeat string) []results.Knob {
		return []results.Knob{{Name: "goroutines", Value: goroutines, Metric: "goroutines_per_connection", Number: 2}, {Name: "heartbeat", Value: heartbeat}, {Name: "compression", Value: "off"}}
	}
	lanes := []results.Lane{
		{Name: "ws-gorilla", Transport: "websocket", Tag: "tuned", About: "an upgrade", Knobs: knobs("2 (reader, delivery)", "ping frame, 2 B")},
		{Name: "sse-gin", Transport: "sse", Tag: "tuned", About: "a stream", Knobs: append(knobs("2 (handler, background read)", "comment, 8 B"), results.Knob{Name: "flush", Value: "every batch | message"})},
		{Name: "tcp", Transport: "tcp", Tag: "floor", About: "the least | there is", Knobs: knobs("2 (reader, delivery)", "empty frame, 4 B")},
	}
	lanes[0].Notes = []string{
		"A plain sentence.", "It holds {{rss_per_connection}}, {{rss_per_connection / sse-gin}} what sse-gin does.",
		"Nothing of {{rss_per_connection / ws-coder}} or {{a_metric_of_tomorrow}}.",
	}
	lanes[1].Notes = []string{"It takes {{cpu_per_message / tcp}} the CPU, and {{goroutines_per_connection / tcp}} the goroutines, of tcp."}
	return lanes
}

// withTwin puts the baseline among the lanes once more, and a lane of known cost.
func withTwin(lanes []results.Lane) []results.Lane {
	twin, known := lanes[0], lanes[0]
	twin.Name, twin.Of, twin.Twin = "ws-gorilla+twin", lanes[0].Name, true
	known.Name, known.Of = "ws-gorilla+delay", lanes[0].Name
	known.Truths = []results.Truth{{Metric: "delivery_latency_p50", Adds: 0.02, Within: 0.0005}, {Metric: "reach", Adds: 0}}
	return append(lanes, twin, known)
}

// manyLanes are the first of a table as long as it may get, transport by transport; of more than it has, some come again.
func manyLanes(n int) []results.Lane {
	table := []struct {
		transport string
		names     []string
	}{
		{"websocket", []string{
			"ws-gorilla", "ws-gorilla-chat", "ws-gorilla-inhandler", "ws-gorilla-pool", "ws-gorilla-deflate", "ws-gorilla-deflate-each",
			"ws-coder", "ws-gws", "ws-gobwas-epoll",
		}},
		{"sse", []string{
			"sse-gin", "sse-nethttp", "sse-gin-ssevent", "sse-hijack", "sse-epoll", "sse-h2", "sse-h2c", "sse-gin-gzip", "sse-gin-gzip-shared",
		}},
		{"ndjson", []string{"stream-ndjson"}},
		{"longpoll", []string{"longpoll"}},
		{"poll", []string{"poll"}},
		{"tcp", []string{"tcp", "tcp-epoll"}},
		{"webtransport", []string{"webtransport", "webtransport-datagram"}},
		{"mqtt", []string{"a-lane-of-tomorrow"}},
	}
	var out []results.Lane
	for again := 0; ; again++ {
		for _, part := range table {
			for i, name := range part.names {
				if len(out) == n {
					return out
				}
				l := results.Lane{Name: name, Transport: part.transport, Tag: "tuned", Row: again*len(part.names) + i}
				if again > 0 {
					l.Name += fmt.Sprintf("-%d", again)
				}
				if part.transport == "tcp" {
					l.Tag = "floor"
				}
				out = append(out, l)
			}
		}
	}
}

func usual() shape {
	return shape{lanes: threeLanes(), blocks: 6, levels: []int{500, 1000, 2500, 5000}}
}

// write makes the run's folder and returns it.
func (s shape) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	f, err := results.Create(dir)
	must(t, err)
	started := time.Date(2026, 11, 21, 6, 0, 0, 0, time.UTC)
	run := results.Run{
		Name: "made-up", Scenario: "compare", Source: "lanes: [ws-gorilla, sse-gin, tcp]\nblocks: 6\n", Seed: 42,
		Command: []string{"pushbench", "compare", "--connections", "500,1000", "--note", "it's made up"},
		Started: started, Finished: started.Add(time.Hour), Lanes: s.lanes, Planned: s.planned, Broadcasts: []string{"steady"},
		Environment: results.Environment{
			Commit: "aac7132", Go: "go1.26.0", OS: "linux/amd64", Kernel: "6.12.0", CPU: "AMD EPYC 7B13", CPUs: 8, Memory: 32 << 30,
			Affinity: map[string]string{"server": "0-3", "agents": "4-7"}, Limits: map[string]string{"nofile": "1048576"},
			Sysctls: map[string]string{"net.core.somaxconn": "4096"},
		},
		Warnings: []results.Warning{worded("load average 1.2 at the start")},
	}
	r := rand.New(rand.NewPCG(1, 2))
	for block := 1; block <= s.blocks; block++ {
		for i, l := range s.lanes {
			trial := results.Trial{
				Trial: len(run.Trials) + 1, Block: block, Lane: l.Name, Started: started, Seconds: 30, Status: results.StatusOK,
			}
			if s.spoil != nil {
				s.spoil(&trial)
			}
			run.Trials = append(run.Trials, trial)
			m := maker{t: t, r: r, trial: trial, lane: i, shape: s}
			m.everything()
			must(t, f.Append(results.Rows{Samples: m.samples, Histograms: m.histograms}))
		}
	}
	if run.Planned == 0 {
		run.Planned = len(run.Trials)
	} else {
		run.Finished = time.Time{}
	}
	if s.run != nil {
		s.run(&run)
	}
	must(t, f.SaveRun(run))
	must(t, f.Close())
	return dir
}

// maker makes the rows of one trial.
type maker struct {
	t          testing.TB
	r          *rand.Rand
	trial      results.Trial
	lane       int
	shape      shape
	samples    []results.Sample
	histograms []results.HistogramRow
}

func (m *maker) everything() {
	if m.trial.Status != results.StatusOK {
		return
	}
	factor := []float64{1, 2.7, 0.45, 2.1, 3.3, 1.05, 0.6, 0.5, 3.9, 4.4, 2.9, 6.1}[m.lane%12]
	top := 0
	for _, n := range m.shape.levels {
		c := float64(n)
		m.sample(n, results.PhaseLevel, "runtime", "heap_in_use", "B", 3e6+c*4200*factor*m.noise(0.01))
		m.sample(n, results.PhaseLevel, "runtime", "stacks", "B", 4e5+c*4096*2)
		m.sample(n, results.PhaseLevel, "process", "rss", "B", 1.4e7+c*(8192+6500*factor)*m.noise(0.01))
		m.sample(n, results.PhaseLevel, "runtime", "goroutines", "1", 12+2*c)
		m.sample(n, results.PhaseLevel, "descriptors", "descriptors", "1", 9+c)
		m.sample(n-top, results.PhaseRamp, "schedstat", "cpu", "s", float64(n-top)*60e-6*factor*m.noise(0.03))
		for _, phase := range []struct {
			metric string
			median float64
		}{{"tcp_connect", 90e3}, {"response_head", 210e3 * factor}, {"first_message", 60e3 * factor}, {"handshake", 90e3 + 270e3*factor}} {
			m.histogram(n, results.PhaseRamp, phase.metric, n-top, phase.median*m.noise(0.04), 0.45)
		}
		top = n
	}
	c := float64(top)
	m.sample(top, results.PhaseIdle, "schedstat", "cpu", "s", c*10*1.1e-6*m.noise(0.05))
	m.sample(top, results.PhaseIdle, "trial", "duration", "s", 10)
	m.sample(top, results.PhaseAfter, "process", "rss", "B", 1.4e7+c*(8192+6700*factor)*m.noise(0.01))
	m.memory(factor, top)
	m.settings(top)
	messages := c * 200
	busy := messages * (2e-6 + 0.6e-6*factor) * m.noise(0.02)
	m.sample(top, "steady", "schedstat", "cpu", "s", busy)
	m.sample(top, "steady", "schedstat", "cpu_wait", "s", 0.01*busy)
	m.sample(top, "steady", "process", "cpu_user", "s", 0.3*busy)
	m.sample(top, "steady", "process", "cpu_system", "s", 0.7*busy)
	m.sample(top, "steady", "runtime", "gc_cpu", "s", 0.02*busy*factor)
	m.sample(top, "steady", "runtime", "busy_cpu", "s", busy)
	m.sample(top, "steady", "runtime", "allocations", "1", messages*factor)
	m.sample(top, "steady", "switches", "switches_voluntary", "1", messages/16)
	m.sample(top, "steady", "switches", "switches_involuntary", "1", messages/64)
	m.sample(top, "steady", "agent", "expected", "1", messages)
	m.sample(top, "steady", "agent", "received", "1", messages)
	m.sample(top, "steady", "agent", "bytes", "B", messages*(130+5*factor))
	for _, metric := range []string{"lost", "duplicated", "reordered"} {
		m.sample(top, "steady", "agent", metric, "1", 0)
	}
	m.histogram(top, "steady", "delivery_latency", 12000, 1.4e6*math.Sqrt(factor)*m.noise(0.05), 0.7)
	m.histogram(top, "steady", "sched_latency", 1500, 7e5*factor*m.noise(0.05), 0.5)
	m.histogram(top, "steady", "fanout_spread", 200, 2.6e6*math.Sqrt(factor)*m.noise(0.05), 0.3)
	m.traced(factor, top)
	if m.shape.more != nil {
		m.shape.more(m, top)
	}
}

// talked adds a phase in which clients send, one message each.
func talked(m *maker, top int) {
	others := m.r
	m.r = rand.New(rand.NewPCG(uint64(m.trial.Trial), 4)) // noise of its own, as traced has
	defer func() { m.r = others }()
	messages, dearer := float64(top), 1+float64(m.lane)/2
	for _, metric := range []string{"uplinks_due", "uplinks_sent", "uplinks_confirmed"} {
		m.sample(top, "talk", "agent", metric, "1", messages)
	}
	for _, metric := range []string{"uplinks_lost", "uplinks_unasked", "uplink_connections"} {
		m.sample(top, "talk", "agent", metric, "1", 0)
	}
	m.sample(top, "talk", "agent", "uplink_written", "B", messages*136)
	m.sample(top, "talk", "agent", "uplink_read", "B", 0)
	m.sample(top, "talk", "agent", "bytes", "B", messages*15)
	m.sample(top, "talk", "runtime", "allocations", "1", messages*dearer)
	m.sample(top, "talk", "schedstat", "cpu", "s", messages*(2e-5+1e-5*dearer)*m.noise(0.05))
	m.histogram(top, "talk", "uplink_round_trip", top, 1.5e5*dearer*m.noise(0.05), 0.4)
}

// traced makes the phase whose sends the kernel timed. Its noise is its own, so that the other phases keep theirs.
func (m *maker) traced(factor float64, top int) {
	others := m.r
	m.r = rand.New(rand.NewPCG(uint64(m.trial.Trial), 3))
	defer func() { m.r = others }()
	messages := float64(top) * 10
	for _, metric := range []string{"expected", "received"} {
		m.sample(top, results.PhaseTraced, "agent", metric, "1", messages)
	}
	m.sample(top, results.PhaseTraced, "trace", "syscalls", "1", messages*1.1)
	m.sample(top, results.PhaseTraced, "trace", "sends", "1", messages)
	m.sample(top, results.PhaseTraced, "trace", "sent", "B", messages*(130+5*factor))
	m.sample(top, results.PhaseTraced, "trace", "messages", "1", messages)
	m.histogram(top, results.PhaseTraced, "publish_lateness", 10, 9e4*m.noise(0.1), 0.3)
	latency := 1.4e6 * math.Sqrt(factor) * m.noise(0.02)
	m.histogram(top, results.PhaseTraced, "delivery_latency", 12000, latency, 0)
	m.histogram(top, results.PhaseTraced, "generator_delay", 12000, 2e5*m.noise(0.1), 0.3)
	m.sample(top, results.PhaseTraced, "trace", "send_delay", "s", (latency-4e3*m.noise(0.05))/1e9)
	m.sample(top, results.PhaseTraced, "trace", "send_time", "s", 7e-6*math.Sqrt(factor)*m.noise(0.05))
}

// memory makes the layers beside heap, stacks and resident memory, and those of the machine. They are without noise, so
// that the others keep theirs.
func (m *maker) memory(factor float64, top int) {
	for _, n := range append(slices.Clone(m.shape.levels), -top) {
		phase, c, grown := results.PhaseLevel, float64(n), 0.0
		if n < 0 {
			phase, c, grown, n = results.PhaseAfter, -float64(n), 1, -n
			m.sample(n, phase, "runtime", "heap_in_use", "B", 3e6+c*4200*factor)
			m.sample(n, phase, "runtime", "stacks", "B", 4e5+c*4096*2)
		}
		m.sample(n, phase, "runtime", "runtime_other", "B", 1e6+c*(600+40*factor))
		m.sample(n, phase, "sockets", "kernel_memory", "B", c*(4037+300*grown))
		m.sample(n, phase, "sockets", "client_kernel_memory", "B", c*4293)
		m.sample(n, phase, "sockets", "reclaimable_memory", "B", c*2114)
		m.sample(n, phase, "sockets", "queued", "B", 0)
		m.sample(n, phase, "agent", "agent_rss", "B", 1e7+c*500)
		m.sample(n, phase, "trial", "conductor_rss", "B", 4e7)
		m.sample(n, phase, "meminfo", "available", "B", 2e10-c*(8192+6500*factor+6700))
	}
}

// settings makes what was read of the sockets and of the Go runtime.
func (m *maker) settings(top int) {
	m.sample(top, results.PhaseLevel, "gosettings", "gogc", "1", 100)
	m.sample(top, results.PhaseLevel, "gosettings", "gomemlimit", "B", math.MaxInt64)
	for _, s := range []struct {
		metric, unit string
		value        float64
	}{{"tcp_nodelay", "1", 1}, {"tcp_keepidle", "s", 15}, {"so_sndbuf", "B", 3939840}} {
		m.sample(top, results.PhaseLevel, "sockopts", s.metric, s.unit, s.value)
		m.sample(top, results.PhaseLevel, "sockopts", s.metric+"_most", s.unit, s.value)
	}
	m.sample(top, results.PhaseLevel, "sockopts", "tcp_congestion_cubic", "1", 16)
	m.sample(top, results.PhaseAfter, "sockopts", "tcp_nodelay", "1", 1)
	m.sample(top, results.PhaseAfter, "sockopts", "so_sndbuf", "B", 4e6) // grown by traffic: not how the lane is set
}

func (m *maker) noise(sigma float64) float64 { return math.Exp(sigma * m.r.NormFloat64()) }

func (m *maker) sample(n int, phase, source, metric, unit string, value float64) {
	s := results.Sample{
		Run: "made-up", Scenario: "compare", Lane: m.trial.Lane, Block: m.trial.Block, Trial: m.trial.Trial, Connections: n,
		Phase: phase, At: time.Second, Source: source, Metric: metric, Unit: unit, Value: value,
	}
	if m.shape.edit != nil {
		m.shape.edit(&s)
	}
	if m.shape.keep == nil || m.shape.keep(s) {
		m.samples = append(m.samples, s)
	}
}

func (m *maker) histogram(n int, phase, metric string, values int, median, sigma float64) {
	if m.shape.noHDR {
		return
	}
	h := wire.NewHistogram()
	for range values {
		wire.Record(h, int64(median*math.Exp(sigma*m.r.NormFloat64())))
	}
	encoded, err := wire.EncodeHistogram(h)
	must(m.t, err)
	m.histograms = append(m.histograms, results.HistogramRow{
		Run: "made-up", Scenario: "compare", Lane: m.trial.Lane, Block: m.trial.Block, Trial: m.trial.Trial, Connections: n,
		Phase: phase, Source: "agent", Metric: metric, Unit: "ns", Count: h.TotalCount(), HDR: string(encoded),
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func histogramOf(n int) *hdrhistogram.Histogram {
	h := wire.NewHistogram()
	for i := range n {
		wire.Record(h, int64(1000+i))
	}
	return h
}

func stringOf(v any) string { return fmt.Sprint(v) }
