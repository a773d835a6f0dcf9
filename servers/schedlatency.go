package servers

import (
	"math"
	"runtime/metrics"

	"github.com/pushbench/pushbench/internal/wire"
)

// schedLatencies is Go's own record of how long goroutines that could run waited for a processor, since the process began.
// The runtime looks at one of eight such waits (runtime/runtime2.go, gTrackingPeriod).
func schedLatencies() *metrics.Float64Histogram {
	s := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindFloat64Histogram {
		return nil // this version of Go has none
	}
	return s[0].Value.Float64Histogram()
}

// grown returns what came into a distribution between two readings, each value at the upper end of its bucket.
func grown(before, after *metrics.Float64Histogram) (wire.Histogram, error) {
	h := wire.NewHistogram()
	if before != nil && after != nil {
		for i, n := range after.Counts {
			upper := after.Buckets[i+1]
			if math.IsInf(upper, 1) {
				upper = after.Buckets[i]
			}
			wire.RecordMany(h, int64(upper*1e9), int64(n-before.Counts[i])) //nolint:gosec // counts of waits
		}
	}
	return wire.EncodeHistogram(h)
}
