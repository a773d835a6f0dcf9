package hub

import (
	"context"
	"runtime"
	"sync"
	"testing"
)

// BenchmarkIdleSubscriber reports what one waiting subscriber costs in heap and stack, and a goroutine that only waits
// for its context: the difference is the hub's.
func BenchmarkIdleSubscriber(b *testing.B) {
	const n = 10000
	measure := func(b *testing.B, wait func(ctx context.Context, ready *sync.WaitGroup)) {
		for b.Loop() {
			ctx, cancel := context.WithCancel(b.Context())
			before := inUse()
			var ready, ended sync.WaitGroup
			ready.Add(n)
			for range n {
				ended.Go(func() { wait(ctx, &ready) })
			}
			ready.Wait()
			b.ReportMetric(float64(inUse()-before)/n, "B/subscriber")
			cancel()
			ended.Wait()
		}
	}
	b.Run("goroutine", func(b *testing.B) {
		never := make(chan struct{})
		measure(b, func(ctx context.Context, ready *sync.WaitGroup) {
			ready.Done()
			select {
			case <-never:
			case <-ctx.Done():
			}
		})
	})
	b.Run("hub", func(b *testing.B) {
		h := New(Config{History: 1024, Greet: greet})
		defer h.Close()
		measure(b, func(ctx context.Context, ready *sync.WaitGroup) {
			_ = h.Deliver(ctx, Live, Policy{Lag: Disconnect}, counting{ready})
		})
	})
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
