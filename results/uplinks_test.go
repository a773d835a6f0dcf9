package results

import (
	"math"
	"slices"
	"testing"
	"time"
)

// talked adds to the example what clients sent: in a phase of their own, and in the second broadcast, where one lane lost
// something once.
func talked(t *testing.T) *Data {
	t.Helper()
	d := example(t)
	d.Run.Uplinks = []string{"talk", "burst"}
	factor := map[string]float64{}
	for _, l := range exampleLanes {
		factor[l.name] = l.factor
	}
	for _, trial := range d.Run.Trials {
		e := attempt{t: t, d: d, lane: trial.Lane, block: trial.Block, trial: trial.Trial, factor: factor[trial.Lane] * drift(trial.Block)}
		for _, phase := range d.Run.Uplinks {
			lost := 0.0
			if e.lane == "tcp" && e.block == 3 && phase == "burst" {
				lost = 10
			}
			e.sample(phase, 400, "agent", "uplinks_due", Count, 2000)
			e.sample(phase, 400, "agent", "uplinks_confirmed", Count, 2000-lost)
			e.sample(phase, 400, "agent", "uplinks_lost", Count, lost)
			e.sample(phase, 400, "agent", "uplinks_unasked", Count, 0)
			e.sample(phase, 400, "agent", "uplink_written", Bytes, 2000*136)
			e.sample(phase, 400, "agent", "uplink_read", Bytes, 2000*64)
			e.histogram(phase, 400, "agent", "uplink_round_trip", 2000, time.Duration(e.factor*float64(time.Millisecond)))
		}
		e.sample("talk", 400, "agent", "bytes", Bytes, 4000)
		e.sample("talk", 400, "schedstat", "cpu", Seconds, 0.0625*e.factor)
		e.sample("talk", 400, "runtime", "allocations", Count, 4000)
		e.sample(PhaseUplinkRamp, 400, "agent", "uplink_connections", Count, 400)
		e.sample(PhaseUplinkRamp, 400, "schedstat", "cpu", Seconds, 0.03125*e.factor)
		for _, m := range []string{"rss", "kernel_memory"} {
			source := map[string]string{"rss": "process", "kernel_memory": "sockets"}[m]
			after, _ := NewIndex(d).trials[e.trial].sum(PhaseAfter, source, m)
			e.sample(PhaseUplinkLevel, 400, source, m, Bytes, after+400*1024*e.factor)
		}
	}
	return d
}

func TestWhatClientsSend(t *testing.T) {
	s, err := summaryOf(talked(t))
	if err != nil {
		t.Fatal(err)
	}
	rows := s.Rows
	find := func(lane, metric string) SummaryRow {
		t.Helper()
		i := slices.IndexFunc(rows, func(r SummaryRow) bool { return r.Lane == lane && r.Metric == metric })
		if i < 0 {
			t.Fatalf("no %s of %s", metric, lane)
		}
		return rows[i]
	}
	middle := (drift(3) + drift(4)) / 2 // the median of six blocks
	for metric, want := range map[string]float64{
		"uplink_round_trip_p50":        middle * 1e-3,
		"uplink_round_trip_p99@burst":  middle * 1e-3,
		"cpu_per_uplink":               middle * 0.0625 / 2000,
		"allocations_per_uplink":       2,
		"uplink_bytes_per_message":     136 + 64 + 2,
		"uplink_reach":                 1,
		"uplinks_lost@burst":           0,
		"memory_per_uplink_connection": middle * 2048,
		"cpu_per_uplink_connection":    middle * 0.03125 / 400,
	} {
		if got := find("ws-gorilla", metric).Median; math.Abs(got-want) > 0.002*want {
			t.Errorf("%s is %v, want %v", metric, got, want)
		}
	}
	// CPU and bytes of a phase in which the server broadcasts as well are about both: there is no such figure.
	for _, r := range rows {
		if r.Metric == "cpu_per_uplink@burst" || r.Metric == "uplink_bytes_per_message@burst" {
			t.Errorf("%s of %s is %v", r.Metric, r.Lane, r.Median)
		}
	}
	lossy := find("tcp", "uplink_round_trip_p50@burst")
	if lossy.Verdict != "?" || !slices.Contains(Texts(lossy.Warnings), "uplink_reach below 1: round trip not comparable") {
		t.Errorf("a lane that lost messages has verdict %q, warnings %q", lossy.Verdict, lossy.Warnings)
	}
	if whole := find("tcp", "uplink_round_trip_p50"); whole.Verdict != "better" {
		t.Errorf("where nothing was lost the verdict is %q", whole.Verdict)
	}
}

// Runs whose clients were silent have no figures of what they sent.
func TestSilentClientsHaveNoFigures(t *testing.T) {
	s, err := summaryOf(example(t))
	if err != nil {
		t.Fatal(err)
	}
	rows := s.Rows
	for _, r := range rows {
		if m, _ := MetricByName(r.Metric); m.Needs == "uplinks_due" || m.Needs == "uplink_connections" {
			t.Errorf("%s of %s", r.Metric, r.Lane)
		}
	}
}
