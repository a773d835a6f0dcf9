package driver

import (
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/bench/load"
)

func settings() Settings {
	return Settings{Connections: []int{1000, 5000}, Blocks: 3, Seed: 7, PerSecond: 5000, Rate: 5, Messages: 10, Size: 128}
}

func groups() []load.Group {
	return []load.Group{{Name: "g", Baseline: "b", Cases: []load.Case{{Name: "a"}, {Name: "b"}}}}
}

// pairs in which a broadcast costs so many times as much with probes around it.
func pairs(n int, ratio float64) (all []Pair) {
	for i := range n {
		plain := 0.5 + 0.01*float64(i)
		all = append(all, Pair{Plain: plain, Probed: ratio * plain, Reading: 0.002, Messages: 50_000})
	}
	return all
}

func TestProbesAreHeldToTheBar(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []Pair
		want string
		held bool
	}{
		{"free", pairs(8, 1), "1.0000 [1.0000, 1.0000] times the CPU", true},
		{"below the bar", pairs(8, 1.004), "1.0040 [1.0040, 1.0040]", true},
		{"above it", pairs(8, 1.05), "bar 1.01: missed", false},
		{"above it by the median", append(pairs(5, 1.005), pairs(7, 1.02)...), "not held, nor is it shown to be missed", true},
		{"too few to tell", pairs(2, 1.05), "no interval", true},
		{"an interval across it", append(pairs(7, 1.005), pairs(5, 1.02)...), "the interval does not exclude more", true},
	} {
		if got, err := Verdict(c.all), Held(c.all); !strings.Contains(got, c.want) || (err == nil) != c.held {
			t.Errorf("%s: %q, %v; want it to say %q", c.name, got, err, c.want)
		}
	}
	rows := PairRows(Settings{Probed: 5000}, pairs(8, 1.004))
	if len(rows) != 4 || rows[0].Median < 1.0e-5 || rows[0].Median > 1.2e-5 || rows[0].Ratio < 1.0039 || rows[0].Ratio > 1.0041 {
		t.Errorf("rows %+v", rows)
	}
}

// repetitions in which a costs 1, 2, 3 µs a message and b always 4, and a connection of either holds 100 or 1000 bytes.
func repetitions() (all []Repetition) {
	for block := 1; block <= 3; block++ {
		for _, n := range []int{1000, 5000} {
			sent := uint64(10 * n)
			for _, name := range []string{"a", "b"} {
				r := Repetition{
					Block: block, Group: "g", Case: name, Connections: n, OpenCPU: float64(n) * 50e-6, Sent: sent,
					BroadcastIn: float64(sent) * float64(block) * 1e-6, RSS: 2e6 + 100*float64(n), RSSAfter: 3e6 + 100*float64(n),
					Count: load.Count{Connections: n, Received: sent},
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

func find(t *testing.T, rows []Row, name, metric string, n int) Row {
	t.Helper()
	i := slices.IndexFunc(rows, func(r Row) bool { return r.Case == name && r.Metric == metric && r.Connections == n })
	if i < 0 {
		t.Fatalf("no row %s %s at %d", name, metric, n)
	}
	return rows[i]
}

func TestRowsCompareWithinBlocks(t *testing.T) {
	rows := Rows(settings(), groups(), repetitions())
	near := func(what string, got, want float64) {
		t.Helper()
		if got < want*0.999999 || got > want*1.000001 {
			t.Errorf("%s: %g, want %g", what, got, want)
		}
	}
	cpu := find(t, rows, "a", cpuPerMessage, 5000)
	near("median", cpu.Median, 2e-6)
	near("low", cpu.Low, 1e-6) // too few blocks for an interval: all that was seen
	near("high", cpu.High, 3e-6)
	near("ratio", cpu.Ratio, 0.5)
	near("opened ratio", find(t, rows, "a", openedPerCPU, 1000).Ratio, 2)
	near("slope", find(t, rows, "a", rssSlope, 5000).Median, 100)
	near("slope ratio", find(t, rows, "a", rssSlope, 5000).Ratio, 0.1)
	near("received", find(t, rows, "b", received, 1000).Low, 1)
	if r := find(t, rows, "b", cpuPerMessage, 1000).Ratio; r == r {
		t.Errorf("the baseline has a ratio to itself: %g", r)
	}
	if table := Table(groups()[0], settings(), rows); !strings.Contains(table, "| `a`  | 5000        | 2.00 (0.50)     | 20000 (2.00)      |                  | 100 (0.10)           | 1        |") {
		t.Errorf("table:\n%s", table)
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
	type place struct {
		block, connections int
		name               string
	}
	count := map[place]int{}
	for _, s := range all {
		count[place{s.block, s.connections, s.name}]++
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

func TestFileIsGolden(t *testing.T) {
	micro, err := Micro(strings.NewReader(benchmarks), "test")
	if err != nil {
		t.Fatal(err)
	}
	text, err := encode(append(micro, Rows(settings(), groups(), repetitions())...))
	if err != nil {
		t.Fatal(err)
	}
	want := `group,case,connections,metric,unit,median,low,high,baseline,ratio
micro,hub.Wake/1000,,time_per_op,s,4e-07,3e-07,5e-07,,
micro,hub.Wake/1000,,allocated_per_op,B,16,16,16,,
micro,hub.Wake/1000,,allocations_per_op,1,1,1,1,,
g,a,1000,cpu_per_received_message,s,2e-06,1e-06,3e-06,b,0.5
g,a,1000,cpu_per_open,s,5e-05,5e-05,5e-05,b,0.5
g,a,1000,opened_per_cpu_second,1,20000,20000,20000,b,2
g,a,1000,rss,B,2100000,2100000,2100000,b,0.7
g,a,1000,rss_after,B,3100000,3100000,3100000,b,1
g,a,1000,received_ratio,1,1,1,1,b,1
`
	if !strings.HasPrefix(text, want) {
		t.Errorf("got\n%s\nwant it to begin with\n%s", text, want)
	}
}
