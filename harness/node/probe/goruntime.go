package probe

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// runtimeMetric names a figure of the Go runtime as a sum of runtime/metrics.
type runtimeMetric struct {
	metric, unit string
	counter      bool
	sum          []string
}

// runtimeMetrics: the memory classes are those of runtime/metrics; heap_in_use is what runtime.MemStats calls HeapInuse.
func runtimeMetrics() []runtimeMetric {
	return []runtimeMetric{
		{"heap_in_use", results.Bytes, false, []string{"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes"}},
		{"stacks", results.Bytes, false, []string{"/memory/classes/heap/stacks:bytes", "/memory/classes/os-stacks:bytes"}},
		{"runtime_other", results.Bytes, false, []string{
			"/memory/classes/metadata/mcache/inuse:bytes", "/memory/classes/metadata/mspan/inuse:bytes",
			"/memory/classes/metadata/other:bytes", "/memory/classes/profiling/buckets:bytes", "/memory/classes/other:bytes",
		}},
		{"goroutines", results.Count, false, []string{"/sched/goroutines:goroutines"}},
		{"gc_cycles", results.Count, true, []string{"/gc/cycles/total:gc-cycles"}},
		{"gc_cpu", results.Seconds, true, []string{"/cpu/classes/gc/total:cpu-seconds"}},
		{"busy_cpu", results.Seconds, true, []string{
			"/cpu/classes/gc/total:cpu-seconds", "/cpu/classes/scavenge/total:cpu-seconds", "/cpu/classes/user:cpu-seconds",
		}},
		{"allocated", results.Bytes, true, []string{"/gc/heap/allocs:bytes"}},
		{"allocations", results.Count, true, []string{"/gc/heap/allocs:objects"}},
	}
}

// runtimeSettings are how the Go runtime is set.
func runtimeSettings() []runtimeMetric {
	return []runtimeMetric{
		{"gogc", results.Count, false, []string{"/gc/gogc:percent"}},
		{"gomemlimit", results.Bytes, false, []string{"/gc/gomemlimit:bytes"}},
		{"gomaxprocs", results.Count, false, []string{"/sched/gomaxprocs:threads"}},
	}
}

// goRuntime reads the Go runtime's own account of memory, goroutines and garbage collection.
func goRuntime(ctx context.Context, s Server) ([]Reading, error) {
	return runtimeReadings(ctx, s, runtimeMetrics())
}

// goSettings reads how the runtime is set. Without a limit gomemlimit is the largest int64, and gogc the largest uint64
// where collection is off.
func goSettings(ctx context.Context, s Server) ([]Reading, error) {
	return runtimeReadings(ctx, s, runtimeSettings())
}

func runtimeReadings(ctx context.Context, s Server, table []runtimeMetric) ([]Reading, error) {
	if s.Stats == nil {
		return nil, nil
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	readings := make([]Reading, 0, len(table))
	for _, m := range table {
		r := Reading{Metric: m.metric, Unit: m.unit, Counter: m.counter}
		for _, name := range m.sum {
			v, ok := stats[name]
			if !ok {
				return nil, fmt.Errorf("the server's Go runtime has no metric %s", name)
			}
			r.Value += v
		}
		readings = append(readings, r)
	}
	return readings, nil
}

// hubCounters reads what the hub counted: deliveries, heartbeats, subscribers that lagged, and messages of theirs.
func hubCounters(ctx context.Context, s Server) ([]Reading, error) {
	if s.Stats == nil {
		return nil, nil
	}
	stats, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	return hubReadings(stats), nil
}

// unitOf is the unit of a counter of messages.
func unitOf(metric string) string {
	if metric == "bytes" {
		return results.Bytes
	}
	return results.Count
}

func hubReadings(stats wire.Stats) []Reading {
	var readings []Reading
	for name, v := range stats {
		if metric, ok := strings.CutPrefix(name, "uplink/"); ok {
			readings = append(readings, counter("uplink_"+metric, unitOf(metric), v))
		}
		if metric, ok := strings.CutPrefix(name, "hub/"); ok {
			r := counter(metric, results.Count, v)
			r.Counter = metric != "subscribers" // the only one that falls
			readings = append(readings, r)
		}
	}
	sort.Slice(readings, func(i, j int) bool { return readings[i].Metric < readings[j].Metric })
	return readings
}
