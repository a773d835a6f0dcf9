package results

import (
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// The percentile of two agents is that of all their values, not the mean of their percentiles.
func TestHistogramsAreMerged(t *testing.T) {
	d := &Data{}
	e := attempt{t: t, d: d, lane: "a", block: 1, trial: 1}
	e.histogram("steady", 1, "agent", "delivery_latency", 990, time.Millisecond)
	e.histogram("steady", 1, "agent", "delivery_latency", 10, time.Second)
	e.histogram("burst", 1, "agent", "delivery_latency", 7, time.Minute)
	e.end(Trial{Status: StatusOK})
	e = attempt{t: t, d: d, lane: "a", block: 2, trial: 2}
	e.histogram("steady", 1, "agent", "delivery_latency", 5, time.Minute)
	e.end(Trial{Status: StatusFailed})
	e = attempt{t: t, d: d, lane: "b", block: 1, trial: 3}
	e.histogram("steady", 1, "agent", "delivery_latency", 3, time.Minute)
	e.end(Trial{Status: StatusOK})

	x := NewIndex(d)
	if ok := x.OKTrials(Contestant{Lane: "a"}); len(ok) != 1 || ok[0].Trial != 1 {
		t.Errorf("trials of a that count: %+v, want the first: failed ones do not", ok)
	}
	one, err := x.Histogram(1, "steady", "delivery_latency")
	if err != nil {
		t.Fatal(err)
	}
	if one.TotalCount() != 1000 {
		t.Errorf("the trial holds %d values, want 1000", one.TotalCount())
	}
	if p := time.Duration(one.ValueAtPercentile(99)); p > 2*time.Millisecond {
		t.Errorf("p99 = %v, want 1 ms", p)
	}
	if p := time.Duration(one.ValueAtPercentile(99.1)); p < 999*time.Millisecond {
		t.Errorf("p99.1 = %v, want 1 s", p)
	}
	if none, err := x.Histogram(7, "steady", "delivery_latency"); err != nil || none.TotalCount() != 0 {
		t.Errorf("unknown trial: %d values, %v", none.TotalCount(), err)
	}
}

func TestPercentileNeedsValues(t *testing.T) {
	for _, c := range []struct {
		p     float64
		count int64
		ok    bool
	}{{50, 1, true}, {50, 0, false}, {99, 999, false}, {99, 1000, true}, {99.9, 9999, false}, {99.9, 10000, true}} {
		d := &Data{}
		if c.count > 0 {
			attempt{t: t, d: d, trial: 1}.histogram("steady", 1, "agent", "delivery_latency", c.count, time.Second)
		}
		v, warning, err := percentile("delivery_latency", c.p)(Rows{Histograms: d.Histograms}, "steady")
		if err != nil || (v > 0.999 && v < 1.001) != c.ok || warning.None() != c.ok {
			t.Errorf("p%v of %d values: got %v, %q, %v", c.p, c.count, v, warning, err)
		}
	}
}

func TestBrokenHistogramIsNamed(t *testing.T) {
	d := &Data{}
	e := attempt{t: t, d: d, lane: "a", block: 1, trial: 4}
	e.histogram("steady", 1, "agent", "delivery_latency", 1, time.Second)
	d.Histograms[0].HDR = string(wire.Histogram("AAAA"))
	e.end(Trial{Status: StatusOK})
	d.Run.Lanes, d.Run.Broadcasts = []Lane{{Name: "a"}}, []string{"steady"}
	_, err := summaryOf(d)
	if err == nil || !strings.Contains(err.Error(), "lane a: delivery_latency_p50: trial 4, phase steady, delivery_latency: decode histogram") {
		t.Errorf("got %v", err)
	}
}
