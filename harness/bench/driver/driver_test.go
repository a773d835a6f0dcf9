package driver

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/results"
)

var update = flag.Bool("update", false, "write summary.csv anew from the committed evidence")

func settings() Settings {
	return Settings{Connections: []int{1000, 5000}, Blocks: 3, Seed: 7, PerSecond: 5000, Rate: 5, Messages: 10, Size: 128, Probed: 5000}
}

func groups() []load.Group {
	return []load.Group{{Name: "g", Cases: []load.Case{{Name: "b"}, {Name: "a"}}}}
}

// pairs in which a broadcast costs so many times as much with probes around it.
func pairs(n int, ratio float64) (all []Pair) {
	for i := range n {
		plain := 0.5 + 0.01*float64(i)
		all = append(all, Pair{Plain: plain, Probed: ratio * plain, Reading: 0.002, Messages: 50_000})
	}
	return all
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(got > want*0.999999 && got < want*1.000001) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

func TestProbesStayBelowTheBar(t *testing.T) {
	for _, c := range []struct {
		name    string
		all     []Pair
		ratio   float64
		verdict string
		below   bool
	}{
		{"free", pairs(8, 1), 1, "~", true},
		{"below the bar", pairs(8, 1.004), 1.004, "~", true},
		{"above it", pairs(8, 1.05), 1.05, "worse", false},
		{"above it by the median alone", append(pairs(5, 1.005), pairs(7, 1.02)...), 1.02, "worse", true},
		{"too few to tell", pairs(2, 1.05), 1.05, "?", true},
	} {
		rows := PairRows(settings(), c.all)
		probed := find(t, rows, "probes", "cpu_per_message", "5000")
		near(t, c.name, probed.Ratio, c.ratio)
		if err := BelowBar(rows); probed.Verdict != c.verdict || (err == nil) != c.below {
			t.Errorf("%s: verdict %q, %v", c.name, probed.Verdict, err)
		}
	}
	near(t, "a reading", find(t, PairRows(settings(), pairs(8, 1)), "probes", "cpu_per_reading", "5000").Median, 0.001)
}

// repetitions in which a costs 1, 2, 3 µs a message and b always 4, and a connection of either holds 100 or 1000 bytes.
func repetitions() (all []Repetition) {
	for block := 1; block <= 3; block++ {
		for _, n := range []int{1000, 5000} {
			sent := uint64(10 * n)
			for _, name := range []string{"a", "b"} {
				r := Repetition{
					Place: Place{block, "g", name, n}, OpenCPU: float64(n) * 50e-6, Sent: sent,
					BroadcastIn: float64(sent) * float64(block) * 1e-6, RSS: 2e6 + 100*float64(n), RSSAfter: 3e6 + 100*float64(n),
					Count: load.Count{Open: n, Received: sent},
				}
				if name == "b" {
					r.OpenCPU, r.BroadcastIn, r.RSS = float64(n)*100e-6, float64(sent)*4e-6, 2e6+1000*float64(n)
				}
				all = append(all, r)
			}
		}
	}
	return all
}

func find(t *testing.T, rows []results.SummaryRow, lane, metric, level string) results.SummaryRow {
	t.Helper()
	i := slices.IndexFunc(rows, func(r results.SummaryRow) bool { return r.Lane == lane && r.Metric == metric && r.Level == level })
	if i < 0 {
		t.Fatalf("no row %s %s at %q", lane, metric, level)
	}
	return rows[i]
}

func TestRowsCompareWithinBlocks(t *testing.T) {
	rows := Rows(settings(), groups(), repetitions())
	cpu := find(t, withRanges(rows), "a", "cpu_per_received_message", "5000")
	near(t, "median", cpu.Median, 2e-6)
	near(t, "low", cpu.Low, 1e-6) // too few blocks for an interval: the range
	near(t, "high", cpu.High, 3e-6)
	near(t, "ratio", cpu.Ratio, 0.5)
	near(t, "opened ratio", find(t, rows, "a", "opened_per_cpu_second", "1000").Ratio, 2)
	near(t, "slope", find(t, rows, "a", "rss_per_connection", "").Median, 100)
	near(t, "slope ratio", find(t, rows, "a", "rss_per_connection", "").Ratio, 0.1)
	near(t, "reach", find(t, rows, "b", "reach", "1000").Median, 1)
	if r := find(t, rows, "b", "cpu_per_received_message", "1000").Ratio; r == r {
		t.Errorf("the baseline has a ratio to itself: %g", r)
	}
	if slices.ContainsFunc(rows, func(r results.SummaryRow) bool { return r.Metric == "opened_ratio_to_connect" }) {
		t.Error("a ratio to the bare loop, which did not run")
	}
	s := settings()
	s.Connections = s.Connections[:1]
	if slices.ContainsFunc(Rows(s, groups(), repetitions()), func(r results.SummaryRow) bool { return r.Metric == "rss_per_connection" }) {
		t.Error("a slope over one count")
	}
}

func TestExactNamesTheCase(t *testing.T) {
	all := repetitions()
	if err := Exact(all); err != nil {
		t.Error(err)
	}
	all[0].Received--
	all[3].Odd = 2
	err := Exact(all)
	for _, want := range []string{"g/a at 1000 connections, block 1: received 9999 of 10000", "g/b at 5000 connections, block 1", "2 of them repeated"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestPlanHasEveryCaseInEveryBlock(t *testing.T) {
	all := plan(settings(), groups())
	count := map[Place]int{}
	for _, s := range all {
		count[s.Place]++
	}
	if len(all) != 12 || len(count) != 12 {
		t.Errorf("%d places, %d different: want 12", len(all), len(count))
	}
}

const benchmarks = `goos: linux
goarch: amd64
pkg: github.com/pushbench/pushbench/servers/hub
BenchmarkWake/1000 	     100	       300 ns/op	      16 B/op	       1 allocs/op
BenchmarkWake/1000 	     100	       500 ns/op	      16 B/op	       1 allocs/op
PASS
`

func TestBenchmarksOfGo(t *testing.T) {
	rows, err := Micro(strings.NewReader(benchmarks), "test")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "time", find(t, rows, "hub.Wake/1000", "time_per_op", "").Median, 4e-7)
	near(t, "memory", find(t, rows, "hub.Wake/1000", "allocated_per_op", "").Median, 16)
	near(t, "objects", find(t, rows, "hub.Wake/1000", "allocations_per_op", "").Median, 1)
}

// The committed summary is what the committed repetitions say; the output of Go benchmarks is not among them.
func TestCommittedSummary(t *testing.T) {
	const folder = "../../../results/bench/"
	text, err := os.ReadFile(folder + "evidence.json")
	if err != nil {
		t.Fatal(err)
	}
	var e Evidence
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	rows := append(Rows(e.Settings, load.Groups(), e.Repetitions), PairRows(e.Settings, e.Pairs)...)
	if err := results.WriteSummary(&want, withRanges(rows)); err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile(folder + "summary.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, micro, _ := strings.Cut(string(committed), "\nmicro,")
	want.WriteString("micro," + micro)
	if *update {
		if err := os.WriteFile(folder+"summary.csv", want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, wanted := strings.Split(string(committed), "\n"), strings.Split(want.String(), "\n")
	for i := range min(len(got), len(wanted)) {
		if got[i] != wanted[i] {
			t.Fatalf("line %d of summary.csv is\n%s\nand the evidence says\n%s\n(-update writes it)", i+1, got[i], wanted[i])
		}
	}
	if len(got) != len(wanted) {
		t.Errorf("summary.csv has %d lines, the evidence %d (-update writes it)", len(got), len(wanted))
	}
}
