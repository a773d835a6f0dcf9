package node

import (
	"context"
	"os"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/internal/wire"
)

// The probes read this very process: real files, and the runtime metrics this Go has.
func TestProbesReadARealProcess(t *testing.T) {
	stats := wire.Stats{"hub/subscribers": 3, "hub/delivered": 10}
	for _, d := range metrics.All() { // the table fails on a name this Go does not have
		stats[d.Name] = 1
	}
	self := probe.Server{Proc: "/proc", PID: os.Getpid(), Stats: func(context.Context) (wire.Stats, error) { return stats, nil }}
	snapshot := func(m Moment) Snapshot {
		r := reader{q: Question{Moment: m}, measured: []subject{{"server", self}, {"server-2", self}}}
		if err := r.table(t.Context()); err != nil {
			t.Fatal(err)
		}
		return r.snapshot
	}
	before := snapshot(Before)
	stats["hub/delivered"] = 25
	after := snapshot(After)
	names := func(s Snapshot) (n []string) {
		for _, r := range s.Readings {
			n = append(n, r.Process+" "+r.Source+" "+r.Metric)
		}
		return n
	}
	if !slices.Equal(names(before), names(after)) {
		t.Errorf("before and after a phase different metrics are read:\n%v\n%v", names(before), names(after))
	}
	grown, _ := Grown(before, after)
	got := map[string]float64{}
	for _, r := range grown {
		got[r.Process+" "+r.Source+" "+r.Metric]++
		got[r.Source+" "+r.Metric] += r.Value
	}
	if got["hub delivered"] != 30 || got["hub subscribers"] != 6 {
		t.Errorf("delivered %v and subscribers %v; a counter gives its growth (2 × 15), a gauge its value (2 × 3)", got["hub delivered"], got["hub subscribers"])
	}
	if got["server process rss"] != 1 || got["server-2 process rss"] != 1 || got["host machine machine_busy"] != 1 {
		t.Errorf("not each process once, and the host: %v", names(after))
	}
	if calls, counted := got["io write_calls"]; counted && calls < 0 {
		t.Errorf("%v calls of write in a phase", calls)
	}
	if got["process rss"] <= 0 || got["descriptors descriptors"] < 3 || got["schedstat cpu"] < 0 {
		t.Errorf("not a running process: %v", got)
	}
}

// What ended processes had counted is gone with them: their counters are left out, the host's are not.
func TestGrownLeavesOutWhatIsNotKnown(t *testing.T) {
	reading := func(process, metric string, v float64, counter bool) Reading {
		return Reading{process, probe.Sourced{Source: "schedstat", Reading: probe.Reading{Metric: metric, Value: v, Counter: counter}}}
	}
	before := Snapshot{
		Readings: []Reading{reading("server", "count", 5, true), reading("server", "held", 1, false), reading(Host, "busy", 1, true)},
		Running:  map[string]State{"server": {PIDs: []int{1, 2}}},
	}
	after := Snapshot{
		Readings: []Reading{reading("server", "count", 3, true), reading("server", "held", 2, false), reading(Host, "busy", 4, true)},
		Running:  map[string]State{"server": {PIDs: []int{2, 3}}},
	}
	grown, ended := Grown(before, after)
	want := []Reading{reading("server", "held", 2, false), reading(Host, "busy", 3, true)}
	if !slices.Equal(grown, want) || !slices.Equal(ended, []string{"server"}) {
		t.Errorf("%v of which %v ended, want %v", grown, ended, want)
	}
}
