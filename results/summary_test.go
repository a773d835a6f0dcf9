package results

import (
	"context"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pushbench/pushbench/internal/lane"
	"github.com/pushbench/pushbench/results/stats"
)

var update = flag.Bool("update", false, "write the golden files and the generated part of README.md anew")

// The example is a committed run folder: an old one must stay readable, and what is written today must look like it.
func TestGolden(t *testing.T) {
	const golden = "testdata/example"
	dir := filepath.Join(t.TempDir(), "run")
	example(t).save(t, dir)
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		example(t).save(t, golden)
	}
	d, err := Load(golden)
	if err != nil {
		t.Fatal(err)
	}
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	rows := s.Rows
	if *update {
		if err := SaveSummary(golden, rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := SaveSummary(dir, rows); err != nil {
		t.Fatal(err)
	}
	fresh, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	// Other releases of Go may compress otherwise; what the histograms hold is in the summary.
	if diff := cmp.Diff(d, fresh, cmpopts.IgnoreUnexported(Rows{}), cmpopts.IgnoreFields(HistogramRow{}, "HDR")); diff != "" {
		t.Errorf("written today it reads otherwise (-golden +now; -update accepts it):\n%s", diff)
	}
	for _, name := range []string{samplesFile().name, summaryFile().name} {
		if diff := cmp.Diff(table(t, golden, name), table(t, dir, name), cmp.Comparer(sameCell)); diff != "" {
			t.Errorf("%s differs (-golden +now; -update accepts it):\n%s", name, diff)
		}
	}
}

// sameCell allows for the last digit, which differs where the processor multiplies and adds in one step.
func sameCell(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && math.Abs(x-y) <= 1e-12*math.Abs(x)
}

func table(t *testing.T, dir, name string) [][]string {
	t.Helper()
	cells, err := csv.NewReader(strings.NewReader(text(t, dir, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

func text(t *testing.T, dir, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// summaryOf is the summary of a whole run.
func summaryOf(d *Data) (Summary, error) {
	m, err := Measure(context.Background(), d)
	if err != nil {
		return Summary{}, err
	}
	return m.Summary(d.Run), nil
}

func summarize(t *testing.T, d *Data) map[string]SummaryRow {
	t.Helper()
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]SummaryRow{}
	for _, r := range s.Rows {
		out[r.Lane+" "+r.Metric] = r
	}
	return out
}

// Every metric of the table, computed by hand from the example: figure of lane sse-gin, and its ratio to the baseline.
func TestEveryMetric(t *testing.T) {
	f := 2 * (drift(3) + drift(4)) / 2 // lane factor, times the median drift of six blocks
	ratio2 := map[string]float64{      // those that scale with the lane
		"rss_per_connection": 16384 * f, "heap_per_connection": 8192 * f, "stacks_per_connection": 4096 * f,
		"memory_per_connection": 20480 * f, "runtime_other_per_connection": 512 * f, "other_rss_per_connection": 3584 * f,
		"kernel_per_connection": 4096 * f, "heap_per_connection_after": 8192 * f, "stacks_per_connection_after": 4096 * f,
		"runtime_other_per_connection_after": 512 * f, "kernel_per_connection_after": 4096 * f, "queued_per_connection": 64 * f,
		"memory_available_per_connection": 24576 * f, "memory_layers_per_connection": (20480 + 1024 + 256 + 4352 - 2048) * f,
		"cpu_per_handshake": 0.0001220703125 * f, "cpu_per_idle_connection": 0.125 * f / 5 / 400,
		"cpu_per_message": 0.25 * f / 16000, "delivery_latency_p50": 0.001 * f, "delivery_latency_p99": 0.001 * f,
		"delivery_latency_p999": 0.001 * f, "fanout_spread_p50": 0.003 * f,
		"cpu_user_per_message": 0.25 * f / 16000 / 3, "cpu_system_per_message": 0.25 * f / 16000 * 2 / 3,
		"cpu_wait_per_message": 0.015625 * f / 16000,
	}
	ratio1 := map[string]float64{ // and those that do not
		"rss_without_connections": 1e7, "goroutines_per_connection": 2, "descriptors_per_connection": 1,
		"tcp_connect_time_p50": 0.0001, "response_head_time_p50": 0.0002, "first_message_time_p50": 0.0003,
		"handshake_time_p50": 0.001, "handshake_time_p99": 0.002, "wire_bytes_per_message": 128, "reach": 1, "lost": 0,
		"duplicated": 0, "reordered": 0, "gc_share": 0.125, "allocations_per_message": 2,
		"switches_voluntary_per_message": 0.004, "switches_involuntary_per_message": 0.002,
		"sched_latency_p50": 0.00005, "sched_latency_p99": 0.00005,
	}
	rows := summarize(t, example(t))
	for _, name := range MetricNames() {
		if m, _ := MetricByName(name); m.Needs != "" {
			continue // nothing happens to the example's clients
		}
		row := rows["sse-gin "+name]
		want, ratio, verdict := ratio1[name], 1.0, stats.Same
		if want == 0 { // 0 against 0 is no win
			ratio, verdict = row.Ratio, stats.Unclear
		}
		if v, ok := ratio2[name]; ok {
			want, ratio, verdict = v, 2, stats.Worse
		}
		switch name {
		case "rss_per_connection_after":
			want, ratio, verdict = 16384*f+2048, row.Ratio, stats.Worse
		case "memory_per_connection_after":
			want, ratio, verdict = 20480*f+2048, row.Ratio, stats.Worse
		case "other_rss_per_connection_after":
			want, ratio, verdict = 3584*f+2048, row.Ratio, stats.Worse
		case "tcp_connect_time_p99", "response_head_time_p99", "first_message_time_p99": // 400 values
			if row.N != 0 || !math.IsNaN(row.Median) || !slices.Contains(Texts(row.Warnings), "6 of 6 trials: p99 needs 1000 values") {
				t.Errorf("%s: got %+v, want nothing and a warning", name, row)
			}
			continue
		}
		// Histograms keep three digits.
		if math.Abs(row.Median-want) > 0.001*want || math.Abs(row.Ratio-ratio) > 0.002 || math.IsNaN(row.Ratio) != (row.Median == 0) || row.Verdict != verdict || row.N != 6 {
			t.Errorf("%s: got %v × %v %s of %d, want %v × %v %s of 6",
				name, row.Median, row.Ratio, row.Verdict, row.N, want, ratio, verdict)
		}
	}
}

func TestSummaryOrderAndBaseline(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"cpu_per_message", "rss_per_connection", "lost@burst"}
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range s.Rows {
		got = append(got, r.Lane+" "+r.Metric)
		if r.Baseline != "ws-gorilla" || (r.Verdict == stats.Baseline) != (r.Lane == "ws-gorilla") {
			t.Errorf("%s of %s: baseline %q, verdict %q", r.Metric, r.Lane, r.Baseline, r.Verdict)
		}
	}
	var want []string
	for _, lane := range []string{"ws-gorilla", "sse-gin", "tcp"} {
		for _, metric := range []string{"rss_per_connection", "cpu_per_message", "cpu_per_message@burst", "lost@burst"} {
			want = append(want, lane+" "+metric)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// What a connection costs that nothing is sent to is no better than what one costs that is kept alive.
func TestHeartbeatsOfOneSideTakeTheVerdictFromIdleConnections(t *testing.T) {
	for _, c := range []struct{ baseline, lane, warning string }{
		{"5s, shared timer", "that of the scenario", ""},
		{lane.None, lane.None, ""},
		{"5s, shared timer", lane.None, "the lane sends no heartbeats: idle connections not comparable"},
		{lane.None, "its own, 25s", "the baseline sends no heartbeats: idle connections not comparable"},
	} {
		d := example(t)
		d.Run.Metrics = []string{idleCPU, "rss_per_connection"}
		for i, value := range []string{c.baseline, c.lane} {
			d.Run.Lanes[i].Settings = []Setting{{Name: lane.SettingHeartbeat, Value: value}}
		}
		rows := summarize(t, d)
		name := d.Run.Lanes[1].Name
		row := rows[name+" "+idleCPU]
		if slices.Contains(Texts(row.Warnings), c.warning) != (c.warning != "") || (row.Verdict == stats.Unclear) != (c.warning != "") {
			t.Errorf("%s beside %s: verdict %s, warnings %q", c.lane, c.baseline, row.Verdict, row.Warnings)
		}
		if row := rows[name+" rss_per_connection"]; row.Verdict == stats.Unclear {
			t.Errorf("%s beside %s: no verdict on memory: %q", c.lane, c.baseline, row.Warnings)
		}
	}
}

func TestLossTakesTheVerdictFromLatency(t *testing.T) {
	const warning = "reach below 1: latency not comparable"
	rows := summarize(t, example(t))
	for name, lossy := range map[string]bool{
		"tcp delivery_latency_p50@burst": true, "tcp fanout_spread_p50@burst": true, // lost 5 of 8 000 in one of 6 trials
		"tcp delivery_latency_p50": false, "sse-gin delivery_latency_p50@burst": false, "tcp cpu_per_message@burst": false,
	} {
		row := rows[name]
		if (row.Verdict == stats.Unclear) != lossy || slices.Contains(Texts(row.Warnings), warning) != lossy {
			t.Errorf("%s: verdict %s, warnings %q", name, row.Verdict, row.Warnings)
		}
	}
	if r := rows["tcp reach@burst"]; r.Low != 15990.0/16000 || r.High != 1 {
		t.Errorf("reach: got [%v, %v]", r.Low, r.High)
	}

	d := example(t)
	d.Run.Metrics = []string{"delivery_latency_p50"}
	d.Run.Lanes[0], d.Run.Lanes[2] = d.Run.Lanes[2], d.Run.Lanes[0]
	row := summarize(t, d)["sse-gin delivery_latency_p50@burst"]
	if row.Verdict != stats.Unclear || !slices.Contains(Texts(row.Warnings), "of the baseline: "+warning) {
		t.Errorf("lossy baseline: verdict %s, warnings %q", row.Verdict, row.Warnings)
	}
}

func TestFailedAttemptsDoNotCount(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"rss_per_connection"}
	row := summarize(t, d)["sse-gin rss_per_connection"]
	if len(row.Values) != 6 || row.Values[1].Trial != 6 || row.Values[1].Block != 2 {
		t.Errorf("values %+v, want six, that of block 2 from trial 6", row.Values)
	}
	if row.Touched != 3 || len(row.Warnings) > 0 {
		t.Errorf("%d of the trials are touched, want 3; warnings %q: a warning of trials is reported once for the run", row.Touched, row.Warnings)
	}
}

func TestMissingBlocks(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"rss_per_connection"}
	for i, trial := range d.Run.Trials {
		if trial.Lane == "ws-gorilla" && trial.Block > 4 {
			d.Run.Trials[i].Status = StatusFailed
		}
	}
	rows := summarize(t, d)
	base, row := rows["ws-gorilla rss_per_connection"], rows["sse-gin rss_per_connection"]
	want := []string{"2 of 6 blocks have no trial that counts", "no interval: 4 of the 6 values an interval needs"}
	if base.N != 4 || !math.IsNaN(base.Low) || !slices.Equal(Texts(base.Warnings), want) {
		t.Errorf("baseline: n %d, low %v, warnings %q", base.N, base.Low, base.Warnings)
	}
	if row.N != 6 || row.Ratio != 2 || !math.IsNaN(row.RatioLow) || row.Verdict != stats.Unclear {
		t.Errorf("lane: %+v, want a ratio of 2 from 4 blocks, without interval", row)
	}
	if !slices.Contains(Texts(row.Warnings), "no comparison: 4 of the 6 values an interval needs") {
		t.Errorf("lane: warnings %q", row.Warnings)
	}
}

func TestShortRunSaysSoOnce(t *testing.T) {
	d := example(t)
	d.Run.Trials = d.Run.Trials[:3] // block 1
	rows := summarize(t, d)
	row := rows["sse-gin rss_per_connection"]
	if want := []string{"no interval: 1 of the 6 values an interval needs"}; !slices.Equal(Texts(row.Warnings), want) || row.Ratio != 2 {
		t.Errorf("ratio %v, warnings %q; want 2 and %q", row.Ratio, row.Warnings, want)
	}
	if row := rows["tcp handshake_time_p99"]; row.N != 1 || row.Verdict != stats.Unclear {
		t.Errorf("one block gave a verdict: %+v", row)
	}
}

func TestNoCommonBlock(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"rss_per_connection"}
	for i, trial := range d.Run.Trials {
		if (trial.Lane == "ws-gorilla") == (trial.Block > 3) {
			d.Run.Trials[i].Status = StatusFailed
		}
	}
	row := summarize(t, d)["tcp rss_per_connection"]
	if !math.IsNaN(row.Ratio) || row.Verdict != stats.Unclear ||
		!slices.Contains(Texts(row.Warnings), "no comparison: no block has a value of both lanes") {
		t.Errorf("ratio %v %s, warnings %q", row.Ratio, row.Verdict, row.Warnings)
	}
}

func TestMetricsNobodyCanHave(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"lost@storm", "beauty"}
	rows := summarize(t, d)
	for name, why := range map[string]string{
		"tcp lost@storm": "6 of 6 trials: the run has no such phase",
		"tcp beauty":     "6 of 6 trials: this version has no such metric",
	} {
		if row := rows[name]; row.N != 0 || !slices.Contains(Texts(row.Warnings), why) {
			t.Errorf("%s: got %+v, want nothing because %q", name, row, why)
		}
	}
}

func TestNoDifferenceSaysHowManyBlocks(t *testing.T) {
	d := example(t)
	d.Run.Metrics = []string{"cpu_per_message"}
	for i, s := range d.Samples { // the same lane twice, with noise of ±10 %
		if s.Lane == "sse-gin" && s.Metric == "cpu" && s.Phase == "steady" {
			d.Samples[i].Value = 0.25 * drift(s.Block) * (1 + 0.1*float64(s.Block%3-1))
		}
	}
	row := summarize(t, d)["sse-gin cpu_per_message"]
	// [0.9, 1.1] is 2 × 0.1003 wide in logs, ln 1.05 is 0.62 of what 6 blocks are wide, and so are 17.
	if row.Verdict != stats.Same || row.BlocksToSee != 17 {
		t.Errorf("verdict %s, %d blocks; want ~ and 17", row.Verdict, row.BlocksToSee)
	}
	if want := math.Sqrt(1.1/0.9) - 1; math.Abs(row.Resolution-want) > 1e-12 {
		t.Errorf("the run could have seen %v, want %v", row.Resolution, want)
	}
}

func TestMetricByName(t *testing.T) {
	for name, want := range map[string]bool{
		"cpu_per_message": true, "cpu_per_message@burst": true, "rss_per_connection": true,
		"rss_per_connection@burst": false, "": false, "@burst": false, "cpu": false,
	} {
		if m, ok := MetricByName(name); ok != want || ok && !strings.HasPrefix(name, m.Name) {
			t.Errorf("MetricByName(%q) = %q, %v", name, m.Name, ok)
		}
	}
}

// Figures of events are listed where something happened, and nowhere else.
func TestMetricsOfEvents(t *testing.T) {
	d := example(t)
	if _, listed := summarize(t, d)["sse-gin returned"]; listed {
		t.Error("returned is listed, and no client was ever away")
	}
	phase := d.Run.Broadcasts[0]
	for _, trial := range d.Run.Trials {
		for metric, v := range map[string]float64{"returned": 40, "retried": 2, "left": 0, "blackholed": 0, "slow": 0, "connections": 200, "away": 10} {
			d.Samples = append(d.Samples, Sample{
				Lane: trial.Lane, Block: trial.Block, Trial: trial.Trial, Connections: 200, Phase: phase,
				Source: "agent", Metric: metric, Unit: Count, Value: v,
			})
		}
	}
	rows := summarize(t, d)
	for name, want := range map[string]float64{"returned": 40, "retried": 2} {
		if got := rows["sse-gin "+name].Median; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for _, name := range []string{"replaced", "dead_held", "slow_given_up"} {
		if _, listed := rows["sse-gin "+name]; listed {
			t.Errorf("%s is listed, and nothing of the kind happened", name)
		}
	}
	dead, warning, err := deadServed(rowsOf(phase, 195, 200, 10), phase)
	if dead != 5 || !warning.None() || err != nil {
		t.Errorf("195 subscribers, 200 clients of which 10 are away: %v dead, %q, %v; want 5", dead, warning, err)
	}
}

func TestSlowGivenUp(t *testing.T) {
	got, warning, err := slowGivenUp(rowsOf("p", 180, 200, 10), "p")
	if got != 10 || !warning.None() || err != nil {
		t.Errorf("180 subscribers, 200 clients of which 10 are away: %v given up, %q, %v; want 10", got, warning, err)
	}
}

func rowsOf(phase string, subscribers, connections, away float64) Rows {
	return Rows{Samples: []Sample{
		{Phase: phase, Source: "hub", Metric: "subscribers", Value: subscribers},
		{Phase: phase, Source: "agent", Metric: "connections", Value: connections},
		{Phase: phase, Source: "agent", Metric: "away", Value: away},
	}}
}

// An invalid trial is reported with its reason wherever a figure of its lane is shown.
func TestInvalidTrialsAreReported(t *testing.T) {
	d := example(t)
	bad := d.Run.Trials[0]
	bad.Trial, bad.Status, bad.Error = 99, StatusInvalid, "phase ramp: late"
	d.Run.Trials = append(d.Run.Trials, bad)
	for key, row := range summarize(t, d) {
		reported := slices.Contains(Texts(row.Warnings), "1 of 7 trials invalid, and not counted: phase ramp: late")
		if reported != (row.Lane == bad.Lane) {
			t.Errorf("%s: warnings %q", key, row.Warnings)
		}
	}
	table, err := trialsFile().encode([]Trial{bad})
	if err != nil || !strings.Contains(string(table), ",invalid,phase ramp: late,") {
		t.Errorf("%s, %v", table, err)
	}
}

func TestRowsOfValuesWithoutSamples(t *testing.T) {
	run := Run{Scenario: "elsewhere", Lanes: []Lane{{Name: "a"}, {Name: "b"}}}
	rows := run.RowsOf(Metric{Name: "cost", Unit: Seconds, Better: stats.Lower}, func(c Contestant) (values []TrialValue) {
		for block := 1; block <= 6; block++ {
			v := TrialValue{Block: block, Trial: block, Value: float64(block)}
			if c.Lane == "b" {
				v.Value *= 2
			}
			values = append(values, v)
		}
		return values
	})
	if len(rows) != 2 || rows[0].Verdict != stats.Baseline || rows[0].Median != 3.5 {
		t.Fatalf("rows %+v", rows)
	}
	if b := rows[1]; b.Scenario != "elsewhere" || b.Lane != "b" || b.Metric != "cost" || b.Ratio != 2 || b.RatioLow != 2 || b.Verdict != stats.Worse {
		t.Errorf("row %+v", b)
	}
}
