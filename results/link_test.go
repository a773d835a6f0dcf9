package results

import (
	"math"
	"testing"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
)

// ofALink are rows of a trial behind a link in which messages took so long.
func ofALink(t *testing.T, took ...time.Duration) Rows {
	t.Helper()
	h := wire.NewHistogram()
	for _, d := range took {
		wire.Record(h, int64(d))
	}
	encoded, err := wire.EncodeHistogram(h)
	if err != nil {
		t.Fatal(err)
	}
	row := func(phase, process, source, metric string, value float64) Sample {
		return Sample{Phase: phase, Process: process, Source: source, Metric: metric, Value: value}
	}
	return Rows{
		Samples: []Sample{
			row(PhaseBaseline, "link", "link", "link_round_trip", 0.02), row("b", "load", "agent", "expected", 10),
			row("b", "link", "link", "up_packets", 60), row("b", "link", "link", "down_packets", 40),
			row("b", "link", "link", "up_lost", 2), row("b", "link", "link", "down_lost", 3),
			row("b", "link", "link", "up_overflowed", 0), row("b", "link", "link", "down_overflowed", 7),
			row("b", "server", "schedstat", "cpu", 1), row("b", "link", "schedstat", "cpu", 5),
		},
		Histograms: []HistogramRow{{Phase: "b", Process: "load", Source: "agent", Metric: "delivery_latency", HDR: string(encoded)}},
	}
}

// Of ten expected messages four came: what is lost is late as well. A server's figures have nothing of the link's.
func TestFiguresOfALink(t *testing.T) {
	r := ofALink(t, 100*time.Millisecond, 240*time.Millisecond, 260*time.Millisecond, 1500*time.Millisecond)
	for name, want := range map[string]float64{
		"delivered_within_250ms": 0.2, "delivered_within_1s": 0.3, "link_round_trip": 0.02, "link_loss": 0.05, "link_overflowed": 7,
	} {
		m, known := MetricByName(name)
		if !known {
			t.Fatalf("no metric %s", name)
		}
		if got, why, err := m.derive(r, "b"); err != nil || math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v %v %v, want %v", name, got, why, err, want)
		}
	}
	if cpu, _ := r.sum("b", "schedstat", "cpu"); cpu != 1 {
		t.Errorf("the server used %v s, of which 5 are the link's", cpu)
	}
	if v, why, err := within(time.Second)(Rows{}, "b"); err != nil || !math.IsNaN(v) || why.None() {
		t.Errorf("without rows: %v, %v, %v: want a reason", v, why, err)
	}
}
