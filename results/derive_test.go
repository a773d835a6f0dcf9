package results

import (
	"math"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/results/stats"
)

func levels(values map[int]float64) Rows {
	var r Rows
	for connections, v := range values {
		r.Samples = append(r.Samples, Sample{
			Connections: connections, Phase: PhaseLevel, Source: "process", Metric: "rss", Unit: Bytes, Value: v,
		})
	}
	return r
}

func TestSlopeWarnings(t *testing.T) {
	for _, c := range []struct {
		name    string
		rows    Rows
		want    float64
		warning string
	}{
		{"three on a line", levels(map[int]float64{100: 1000, 200: 2000, 400: 4000}), 10, ""},
		{"two", levels(map[int]float64{100: 1000, 200: 2000}), 10, "nothing shows whether it is straight"},
		{"one", levels(map[int]float64{100: 1000}), math.NaN(), "needs 2 connection counts"},
		{"none", Rows{}, math.NaN(), "no rss of process in phase level"},
		{"a peak", levels(map[int]float64{100: 0, 200: 1000, 300: 0}), 0, "R² below 0.9"},
		{"unknown", levels(map[int]float64{100: 0, 200: math.NaN(), 300: 0}), math.NaN(), "is unknown"},
	} {
		got, warning, err := slope("process", "rss")(c.rows, "")
		if err != nil || math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
		if !strings.Contains(warning.String(), c.warning) || (c.warning == "") != warning.None() {
			t.Errorf("%s: warning %q, want %q", c.name, warning, c.warning)
		}
	}
}

func TestSlopeAfterTraffic(t *testing.T) {
	after := func(connections int, v float64) Rows {
		r := levels(map[int]float64{100: 1000, 200: 2000, 400: 4000})
		r.Samples = append(r.Samples, Sample{Connections: connections, Phase: PhaseAfter, Source: "process", Metric: "rss", Value: v})
		return r
	}
	for _, c := range []struct {
		rows Rows
		want float64
	}{
		{after(400, 4800), 12},         // 10, and 800 shared by 400
		{after(399, 4800), math.NaN()}, // the lost one's memory cannot be told from the others'
		{levels(map[int]float64{100: 1000, 200: 2000}), math.NaN()},
		{Rows{}, math.NaN()},
	} {
		got, warning, err := slopeAfter("process", "rss")(c.rows, "")
		if err != nil || math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("got %v, %v, want %v", got, err, c.want)
		}
		if warning.None() == math.IsNaN(got) {
			t.Errorf("%v with warning %q", got, warning)
		}
	}
}

// A quotient whose divisor is 0 or unmeasured has no value, and one of its parts being unknown is no zero.
func TestQuotientOfNothing(t *testing.T) {
	sample := func(source, metric string, v float64) Sample {
		return Sample{Phase: "steady", Source: source, Metric: metric, Value: v}
	}
	cpu := sample("schedstat", "cpu", 1)
	for _, c := range []struct {
		name    string
		samples []Sample
		want    float64
		warning string
	}{
		{"both", []Sample{cpu, sample("agent", "received", 3), sample("agent", "received", 1)}, 0.25, ""},
		{"nothing received", []Sample{cpu, sample("agent", "received", 0)}, math.NaN(), "nothing to divide by"},
		{"no agent", []Sample{cpu}, math.NaN(), "no received of agent in phase steady"},
		{"no probe", []Sample{sample("agent", "received", 4)}, math.NaN(), "no cpu of schedstat in phase steady"},
		{"an agent is silent", []Sample{cpu, sample("agent", "received", 4), sample("agent", "received", math.NaN())}, math.NaN(), "is unknown"},
	} {
		got, warning, err := quotient("schedstat", "cpu", "received")(Rows{Samples: c.samples}, "steady")
		if err != nil || math.IsNaN(got) != math.IsNaN(c.want) || !math.IsNaN(c.want) && got != c.want {
			t.Errorf("%s: got %v, %v, want %v", c.name, got, err, c.want)
		}
		if !strings.Contains(warning.String(), c.warning) || (c.warning == "") != warning.None() {
			t.Errorf("%s: warning %q, want %q", c.name, warning, c.warning)
		}
	}
}

// Ticks divide what nanoseconds measure; parts add up to the whole.
func TestCPUParts(t *testing.T) {
	r := Rows{Samples: []Sample{
		{Phase: "p", Source: "schedstat", Metric: "cpu", Value: 0.9},
		{Phase: "p", Source: "process", Metric: "cpu_user", Value: 0.2},
		{Phase: "p", Source: "process", Metric: "cpu_system", Value: 0.6},
		{Phase: "p", Source: "agent", Metric: "received", Value: 90},
	}}
	user, _, err := cpuPart("cpu_user")(r, "p")
	system, _, err2 := cpuPart("cpu_system")(r, "p")
	if err != nil || err2 != nil || math.Abs(user-0.0025) > 1e-12 || math.Abs(user+system-0.01) > 1e-12 {
		t.Errorf("user %v, system %v, %v, %v", user, system, err, err2)
	}
	r.Samples[1].Value, r.Samples[2].Value = 0, 0
	if v, warning, _ := cpuPart("cpu_user")(r, "p"); !math.IsNaN(v) || warning.None() {
		t.Errorf("without a tick: %v, %q", v, warning)
	}
}

func TestGCShare(t *testing.T) {
	for _, c := range []struct {
		gc, busy, want float64
	}{{0, 0, 0}, {0.5, 2, 0.25}} {
		r := Rows{Samples: []Sample{
			{Phase: "p", Source: "runtime", Metric: "gc_cpu", Value: c.gc}, {Phase: "p", Source: "runtime", Metric: "busy_cpu", Value: c.busy},
		}}
		if v, warning, err := gcShare(r, "p"); v != c.want || !warning.None() || err != nil {
			t.Errorf("%v of %v: %v, %q, %v", c.gc, c.busy, v, warning, err)
		}
	}
	if v, warning, _ := gcShare(Rows{}, "p"); !math.IsNaN(v) || warning.None() {
		t.Errorf("without rows: %v, %q", v, warning)
	}
}

// Processes that did nothing while somebody was served are not those that served: what they cost is missing, and never 0.
func TestNothingIsNoFigure(t *testing.T) {
	d := example(t)
	for i, s := range d.Samples {
		if s.Lane == "sse-gin" && (s.Metric == "cpu" || s.Metric == "rss") {
			d.Samples[i].Value = 0
			if s.Metric == "rss" {
				d.Samples[i].Value = 4 << 20
			}
		}
	}
	rows := summarize(t, d)
	for _, metric := range []string{"rss_per_connection", "rss_per_connection_after", "memory_per_connection", "cpu_per_handshake", "cpu_per_message", idleCPU} {
		row := rows["sse-gin "+metric]
		if row.N != 0 || row.Verdict != stats.Unclear || !math.IsNaN(row.Ratio) || len(row.Footnotes) == 0 ||
			!strings.Contains(row.Footnotes[0].String(), "of what served") && !strings.Contains(row.Footnotes[0].String(), "those that served") {
			t.Errorf("%s: %v of %d trials, %s, %q", metric, row.Median, row.N, row.Verdict, row.Footnotes)
		}
		if row := rows["tcp "+metric]; row.N != 6 || row.Verdict == stats.Unclear {
			t.Errorf("%s of another lane: %+v", metric, row)
		}
	}
}
