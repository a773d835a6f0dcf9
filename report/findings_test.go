package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// findingsOf are the findings of a run.
func findingsOf(t *testing.T, s fixture.Shape) []string {
	t.Helper()
	d, sum := s.Loaded(t)
	return findings(results.NewView(d, sum.Rows), tables(d.Run, headline(d, sum.Rows))[0])
}

// Each case changes the usual run in one respect; what the page begins with follows.
func TestFindings(t *testing.T) {
	const least = "Apart from the floor tcp, ws-gorilla takes the least memory per connection (18.3 KiB; sse-gin 1.59x), " +
		"the least CPU per message (2.62 µs; sse-gin 1.38x) and the least time to deliver a message (1.37 ms; sse-gin 1.60x)."
	const same = "Equal to ws-gorilla in CPU per idle connection: sse-gin and tcp (within 12%); in bytes per message: tcp (within 2.1%)."
	for _, c := range []struct {
		name  string
		shape func(*fixture.Shape)
		want  []string
	}{
		{"usual", func(*fixture.Shape) {}, []string{least, same}},
		{"too few trials", func(s *fixture.Shape) { s.Blocks = 2 }, []string{"No intervals and no verdicts: they need 6 trials a lane, there are at most 2."}},
		{"nothing", func(s *fixture.Shape) { s.Keep = func(results.Sample) bool { return false }; s.NoHistograms = true }, []string{"No trial that counts has a figure."}},
		{"another baseline", func(s *fixture.Shape) { s.Lanes = []results.Lane{s.Lanes[1], s.Lanes[0]} }, []string{
			"sse-gin takes the least memory per connection (18.3 KiB; ws-gorilla 1.59x), the least CPU per message (2.57 µs; ws-gorilla 1.39x) " +
				"and the least time to deliver a message (1.35 ms; ws-gorilla 1.74x).",
			"Equal to sse-gin in CPU per idle connection: ws-gorilla (within 11%).",
		}},
		{"undecided", func(s *fixture.Shape) {
			s.Edit = func(one *results.Sample) {
				if one.Phase == "steady" && one.Metric == "cpu" && one.Lane == "sse-gin" {
					one.Value *= []float64{0.2, 4, 1}[one.Block%3]
				}
			}
		}, []string{
			strings.Replace(least, ", the least CPU per message (2.62 µs; sse-gin 1.38x)", "", 1), same,
			"Not known: who takes the least CPU per message; how lanes compare with ws-gorilla in CPU per message: sse-gin (undecided).",
		}},
		{"no account of the kernel's memory", func(s *fixture.Shape) {
			s.Keep = func(one results.Sample) bool { return one.Metric != "kernel_memory" }
		}, []string{
			strings.Replace(least, "(18.3 KiB; sse-gin 1.59x)", "(14.4 KiB; sse-gin 1.75x)", 1), same,
			"Not known: memory_per_connection (no kernel_memory of sockets in phase level).",
		}},
		{"lost messages", func(s *fixture.Shape) {
			s.Edit = func(one *results.Sample) {
				if one.Lane == "sse-gin" && one.Metric == "received" {
					one.Value--
				}
			}
		}, []string{
			strings.Replace(least, ", the least CPU per message (2.62 µs; sse-gin 1.38x) and the least time to deliver a message (1.37 ms; sse-gin 1.60x).",
				" and the least CPU per message (2.62 µs; sse-gin 1.38x).", 1), same,
			"Not known: how lanes compare with ws-gorilla in median latency: sse-gin (not comparable); in 99th percentile of latency: sse-gin (not comparable).",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := fixture.Usual()
			c.shape(&s)
			if got := findingsOf(t, s); !slices.Equal(got, c.want) {
				t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

// The answer is on the first screen, a run of a few lanes is a page, and nothing is on both pages.
func TestReportIsShort(t *testing.T) {
	for lanes, most := range map[int]int{3: 100, 7: 120} {
		s := fixture.Usual()
		if lanes > len(s.Lanes) {
			s.Lanes = fixture.ManyLanes(lanes)
		}
		dir := s.Write(t)
		_, err := Write(t.Context(), dir, nil)
		fixture.Must(t, err)
		got := fixture.Files(t, dir)
		report, details := got["report.md"], string(got["details.md"])
		if n := bytes.Count(report, []byte("\n")); n > most {
			t.Errorf("%d lanes take %d lines", lanes, n)
		}
		for i, line := range strings.Split(string(report), "\n") {
			if strings.HasPrefix(line, "| `memory_per_connection`") || strings.HasPrefix(line, "| ws-gorilla ") {
				if i > 20 {
					t.Errorf("%d lanes: the table begins in line %d", lanes, i)
				}
			}
			if len(line) > 20 && !strings.HasPrefix(line, "|---") && strings.Contains(details, line) {
				t.Errorf("on both pages: %s", line)
			}
		}
	}
}
