package results

import (
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// The example is a hand-made run with round numbers: three lanes, six blocks, levels of 100, 200 and 400 connections,
// two broadcasts. Lane sse-gin had one failed attempt, which was repeated; lane tcp lost messages in the burst of block 3.
// What differs between lanes is the factor below; what differs between blocks is a drift that all lanes share.
var exampleLanes = []struct {
	name   string
	factor float64
}{{"ws-gorilla", 1}, {"sse-gin", 2}, {"tcp", 0.5}}

func drift(block int) float64 { return 1 + float64(block)/16 } // exact in binary

func example(t *testing.T) *Data {
	t.Helper()
	d := &Data{Run: Run{
		Name: "example", Scenario: "compare", Source: "name: compare\n", Command: []string{"pushbench", "compare"},
		Started: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC), Seed: 7, Planned: 18,
		Broadcasts: []string{"steady", "burst"},
	}}
	for _, l := range exampleLanes {
		d.Run.Lanes = append(d.Run.Lanes, Lane{Name: l.name, Transport: "any", Tag: "default"})
	}
	for block := 1; block <= 6; block++ {
		for _, l := range exampleLanes {
			e := attempt{t: t, d: d, lane: l.name, block: block, trial: len(d.Run.Trials) + 1, factor: l.factor * drift(block)}
			if l.name == "sse-gin" && block == 2 {
				e.sample(PhaseLevel, 100, "process", "rss", Bytes, 1) // of no consequence: the attempt fails
				e.end(Trial{Status: StatusFailed, Error: "server exited"})
				e.trial++
			}
			e.rows()
			var warnings []Warning
			if l.name == "sse-gin" && block%2 == 0 {
				warnings = []Warning{recorded("agent CPU at 85 % of its share")}
			}
			e.end(Trial{Status: StatusOK, Warnings: warnings})
		}
	}
	return d
}

type attempt struct {
	t            *testing.T
	d            *Data
	lane         string
	block, trial int
	factor       float64
}

func (e attempt) rows() {
	f := e.factor
	for _, phase := range []struct {
		name        string
		connections int
		extra       float64
	}{{PhaseBaseline, 0, -1e6}, {PhaseLevel, 100, 0}, {PhaseLevel, 200, 0}, {PhaseLevel, 400, 0}, {PhaseAfter, 400, 819200}} {
		n := float64(phase.connections)
		e.sample(phase.name, phase.connections, "process", "rss", Bytes, 1e7+16384*n*f+phase.extra)
		e.sample(phase.name, phase.connections, "runtime", "heap_in_use", Bytes, 1e6+8192*n*f)
		e.sample(phase.name, phase.connections, "runtime", "stacks", Bytes, 1e6+4096*n*f)
		e.sample(phase.name, phase.connections, "runtime", "runtime_other", Bytes, 1e6+512*n*f)
		e.sample(phase.name, phase.connections, "runtime", "goroutines", Count, 10+2*n)
		e.sample(phase.name, phase.connections, "descriptors", "descriptors", Count, 8+n)
		e.sample(phase.name, phase.connections, "sockets", "kernel_memory", Bytes, 4096*n*f)
		e.sample(phase.name, phase.connections, "sockets", "client_kernel_memory", Bytes, 4352*n*f)
		e.sample(phase.name, phase.connections, "sockets", "reclaimable_memory", Bytes, 2048*n*f)
		e.sample(phase.name, phase.connections, "sockets", "queued", Bytes, 64*n*f)
		e.sample(phase.name, phase.connections, "agent", "agent_rss", Bytes, 1e7+1024*n*f)
		e.sample(phase.name, phase.connections, "trial", "coordinator_rss", Bytes, 4e7+256*n*f)
		e.sample(phase.name, phase.connections, "meminfo", "available", Bytes, 1e9-24576*n*f)
	}
	for _, opened := range []int{100, 100, 200} {
		e.sample(PhaseRamp, opened, "schedstat", "cpu", Seconds, 0.0001220703125*f*float64(opened))
		for agent := range 2 { // with the handshakes of all steps enough for a p99, those of one agent are not
			e.histogram(PhaseRamp, opened, "agent", "handshake", 1500, time.Duration(agent+1)*time.Millisecond)
		}
	}
	e.histogram(PhaseRamp, 400, "agent", "tcp_connect", 400, 100*time.Microsecond)
	e.histogram(PhaseRamp, 400, "agent", "response_head", 400, 200*time.Microsecond)
	e.histogram(PhaseRamp, 400, "agent", "first_message", 400, 300*time.Microsecond)
	e.sample(PhaseIdle, 400, "schedstat", "cpu", Seconds, 0.125*f)
	e.sample(PhaseIdle, 400, "trial", "duration", Seconds, 5)
	for _, phase := range []string{"steady", "burst"} {
		e.broadcast(phase, f)
	}
}

func (e attempt) broadcast(phase string, f float64) {
	lost := 0.0
	if e.lane == "tcp" && e.block == 3 && phase == "burst" {
		lost = 5
	}
	e.sample(phase, 400, "schedstat", "cpu", Seconds, 0.25*f)
	e.sample(phase, 400, "schedstat", "cpu_wait", Seconds, 0.015625*f)
	e.sample(phase, 400, "process", "cpu_user", Seconds, 0.08*f)
	e.sample(phase, 400, "process", "cpu_system", Seconds, 0.16*f)
	e.sample(phase, 400, "runtime", "gc_cpu", Seconds, 0.03125)
	e.sample(phase, 400, "runtime", "busy_cpu", Seconds, 0.25)
	e.sample(phase, 400, "runtime", "allocations", Count, 32000)
	e.sample(phase, 400, "switches", "switches_voluntary", Count, 64)
	e.sample(phase, 400, "switches", "switches_involuntary", Count, 32)
	for range 2 { // agents
		e.sample(phase, 200, "agent", "expected", Count, 8000)
		e.sample(phase, 200, "agent", "received", Count, 8000-lost)
		e.sample(phase, 200, "agent", "lost", Count, lost)
		e.sample(phase, 200, "agent", "duplicated", Count, 0)
		e.sample(phase, 200, "agent", "reordered", Count, 0)
		e.sample(phase, 200, "agent", "bytes", Bytes, 8000*128)
		e.histogram(phase, 200, "agent", "delivery_latency", 8000, time.Duration(f*float64(time.Millisecond)))
	}
	if lost > 0 {
		for i, missed := range []int{4, 6} {
			e.d.Losses = append(e.d.Losses, Loss{
				Run: e.d.Run.Name, Scenario: e.d.Run.Scenario, Lane: e.lane, Block: e.block, Trial: e.trial,
				Connections: 400, Phase: phase, Message: uint64(41 + i), Missed: missed,
			})
		}
	}
	e.histogram(phase, 400, "server", "sched_latency", 1000, 50*time.Microsecond)
	e.histogram(phase, 400, "trial", "fanout_spread", 40, time.Duration(f*float64(3*time.Millisecond)))
}

func (e attempt) sample(phase string, connections int, source, metric, unit string, v float64) {
	e.d.Samples = append(e.d.Samples, Sample{
		Run: e.d.Run.Name, Scenario: e.d.Run.Scenario, Lane: e.lane, Block: e.block, Trial: e.trial,
		Connections: connections, Phase: phase, At: 1500 * time.Millisecond, Process: ProcessOf(source), Source: source, Metric: metric, Unit: unit, Value: v,
	})
}

// histogram holds n equal values.
func (e attempt) histogram(phase string, connections int, source, metric string, n int64, v time.Duration) {
	e.t.Helper()
	e.d.Histograms = append(e.d.Histograms, HistogramRow{
		Run: e.d.Run.Name, Scenario: e.d.Run.Scenario, Lane: e.lane, Block: e.block, Trial: e.trial,
		Connections: connections, Phase: phase, Process: ProcessOf(source), Source: source, Metric: metric, Unit: "ns", Count: n, HDR: encoded(e.t, n, v),
	})
}

// encoded histograms of n equal values are made once: encoding takes a millisecond, and every test needs 200.
func encoded(t *testing.T, n int64, v time.Duration) string {
	t.Helper()
	key := [2]int64{n, v.Nanoseconds()}
	if text, ok := encodings[key]; ok {
		return text
	}
	h := wire.NewHistogram()
	if err := h.RecordValues(v.Nanoseconds(), n); err != nil {
		t.Fatal(err)
	}
	text, err := wire.EncodeHistogram(h)
	if err != nil {
		t.Fatal(err)
	}
	encodings[key] = string(text)
	return encodings[key]
}

var encodings = map[[2]int64]string{}

func (e attempt) end(t Trial) {
	t.Trial, t.Block, t.Lane, t.Seconds, t.Started = e.trial, e.block, e.lane, 30, e.d.Run.Started
	e.d.Run.Trials = append(e.d.Run.Trials, t)
}

// save writes the run the way a runner does, trial by trial.
func (d *Data) save(t *testing.T, dir string) {
	t.Helper()
	f, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	trials := NewIndex(d).trials
	for _, trial := range d.Run.Trials {
		if err := f.Append(trials[trial.Trial]); err != nil {
			t.Fatal(err)
		}
		if err := f.SaveRun(d.Run); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
