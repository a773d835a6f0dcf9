package servers

import (
	"math"
	"runtime/metrics"
	"testing"
)

func TestGrown(t *testing.T) {
	buckets := []float64{math.Inf(-1), 1e-6, 1e-3, math.Inf(1)}
	before := &metrics.Float64Histogram{Counts: []uint64{5, 1, 0}, Buckets: buckets}
	after := &metrics.Float64Histogram{Counts: []uint64{5, 4, 2}, Buckets: buckets}
	encoded, err := grown(before, after)
	if err != nil {
		t.Fatal(err)
	}
	h, err := encoded.Decode()
	if err != nil {
		t.Fatal(err)
	}
	if h.TotalCount() != 5 || h.ValueAtQuantile(10) < 990_000 || h.ValueAtQuantile(10) > 1_001_000 || h.ValueAtQuantile(100) > 1_001_000 {
		t.Errorf("%d values, %d to %d ns; want 5 of 1 ms", h.TotalCount(), h.Min(), h.Max())
	}
	if none, err := grown(nil, nil); err != nil || none == "" {
		t.Errorf("a runtime without the distribution: %q, %v", none, err)
	}
	if schedLatencies() == nil {
		t.Error("this version of Go has no /sched/latencies:seconds")
	}
}
