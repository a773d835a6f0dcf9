package results

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results/stats"
)

// touchedRun is the example with warnings of trials in some blocks of a lane; empty: of all lanes.
func touchedRun(t *testing.T, blocks []int, lane string, warnings ...string) *Data {
	t.Helper()
	d := example(t)
	d.Run.Metrics = []string{"rss_per_connection", "cpu_per_message"}
	var all []Warning
	for _, text := range warnings {
		all = append(all, recorded(text))
	}
	for i, one := range d.Run.Trials {
		d.Run.Trials[i].Warnings = nil
		if slices.Contains(blocks, one.Block) && (lane == "" || lane == one.Lane) {
			d.Run.Trials[i].Warnings = all
		}
	}
	return d
}

func touches(t *testing.T, d *Data) []Touch {
	t.Helper()
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	return s.Touched
}

// What trials warn of is said once, whatever the phases and lanes, with the trials it touched, each counted once.
func TestTouchedIsReportedOnce(t *testing.T) {
	d := touchedRun(t, []int{2, 5}, "", "phase ramp: busy", "phase idle: busy", "phase ramp: busy", "late", "phase drain: cut")
	got := touches(t, d)
	want := []Touch{
		{Warning: recorded("busy"), Phases: []string{"ramp", "idle"}, Lanes: []string{"ws-gorilla", "sse-gin", "tcp"}, All: true, Trials: 6, Of: 18},
		{Warning: recorded("late"), Lanes: []string{"ws-gorilla", "sse-gin", "tcp"}, All: true, Trials: 6, Of: 18},
	}
	for i := range got {
		if got[i].Verdicts == 0 || len(got[i].Lost) != got[i].Verdicts {
			t.Errorf("4 blocks are left and give a verdict: %+v", got[i])
		}
		got[i].Verdicts, got[i].Lost = 0, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What differs in nothing but numbers is one trouble of a lane, however often it comes: so many lines nobody reads.
func TestTouchedWithNumbers(t *testing.T) {
	d := touchedRun(t, nil, "")
	for i, one := range d.Run.Trials {
		d.Run.Trials[i].Warnings = []Warning{
			{Code: Duplicated, Phase: "steady", Args: Args{"messages": one.Trial, "received": 100}}, {Code: OtherCPU, Args: Args{"limit": 5.0}},
		}
	}
	var got []string
	for _, w := range touches(t, d) {
		got = append(got, fmt.Sprint(w.Warning.What(), " ", w.Varies, " ", w.Lanes, " ", w.Trials))
	}
	want := []string{
		"other processes used more than 5% of a cpu false [ws-gorilla sse-gin tcp] 18", "messages arrived twice: 1 of 100 true [ws-gorilla] 6",
		"messages arrived twice: 2 of 100 true [sse-gin] 6", "messages arrived twice: 3 of 100 true [tcp] 6",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// longer is the run with each of its blocks twice, so that six are left without some of them.
func longer(t *testing.T, d *Data) *Data {
	t.Helper()
	rows := NewIndex(d).trials
	for _, one := range slices.Clone(d.Run.Trials) {
		again := one
		again.Trial, again.Block, again.Warnings = one.Trial+100, one.Block+6, nil
		d.Run.Trials = append(d.Run.Trials, again)
		for _, s := range rows[one.Trial].Samples {
			s.Trial, s.Block = again.Trial, again.Block
			d.Samples = append(d.Samples, s)
		}
	}
	return d
}

// The verdicts are held against those of the run without the trials: some hang on them, some cannot be had, others hold.
func TestTouchedVerdicts(t *testing.T) {
	long := longer(t, touchedRun(t, []int{1, 2}, "", "phase ramp: busy"))
	if got := touches(t, long); len(got) != 1 || got[0].Verdicts != 6 || len(got[0].Changed)+len(got[0].Lost) > 0 {
		t.Errorf("equal blocks: %+v", got)
	}

	// sse-gin takes as much as the baseline, but where something was busy: there four times as much.
	hang := longer(t, touchedRun(t, []int{1, 2, 3, 4, 5, 6}, "sse-gin", "phase steady: busy"))
	ok := map[int]bool{}
	for i, s := range hang.Samples {
		if s.Lane != "sse-gin" || s.Phase != "steady" || s.Metric != "cpu" {
			continue
		}
		hang.Samples[i].Value = 0.25 * drift(s.Block%6)
		if s.Block > 6 {
			hang.Samples[i].Value *= 1.001
		} else {
			hang.Samples[i].Value *= 4
		}
		ok[s.Block] = true
	}
	if len(ok) != 12 {
		t.Fatalf("the rows of %d blocks were changed", len(ok))
	}
	got := touches(t, hang)
	if len(got) != 1 || got[0].Trials != 6 || got[0].All || len(got[0].Lost) > 0 {
		t.Fatalf("%+v", got)
	}
	for _, c := range got[0].Changed {
		if c.Lane != "sse-gin" || c.Was == c.Is {
			t.Errorf("%+v", c)
		}
	}
	if !slices.ContainsFunc(got[0].Changed, func(c Change) bool { return c.Metric == "cpu_per_message" && c.Is == stats.Same }) {
		t.Errorf("a verdict that hangs on the trials is not named: %+v", got[0])
	}
}

// noisy makes tcp the control of ws-gorilla, as far from it as a factor in every second block, and sse-gin so many times ws-gorilla.
func noisy(t *testing.T, control, factor float64) *Data {
	t.Helper()
	d := example(t)
	d.Run.Metrics = []string{"cpu_per_message"}
	d.Run.Lanes[2].Of, d.Run.Lanes[2].Control = "ws-gorilla", true
	for i, s := range d.Samples {
		if s.Phase != "steady" || s.Metric != "cpu" {
			continue
		}
		d.Samples[i].Value = 0.25 * drift(s.Block)
		switch {
		case s.Lane == "sse-gin":
			d.Samples[i].Value *= factor
		case s.Lane == "tcp" && s.Block%2 == 0:
			d.Samples[i].Value *= control
		}
	}
	return d
}

// A difference inside the noise of the baseline, or below what is relevant, is none, whatever its interval says.
func TestNoVerdictWithinNoiseOrRelevance(t *testing.T) {
	share := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		name            string
		control, factor float64
		relevant        *float64
		want            string
	}{
		{"beyond both", 1.02, 1.1, nil, stats.Worse},
		{"inside the noise", 1.2, 1.1, nil, stats.Same},
		{"inside the noise, the other way", 1.2, 1 / 1.1, nil, stats.Same},
		{"beyond the noise, and not relevant", 1.01, 1.04, nil, stats.Same},
		{"relevant because the reader says so", 1.01, 1.04, share(0.02), stats.Worse},
		{"relevant is what is beyond the noise", 1.01, 0.98, share(0), stats.Better},
		{"inside the noise, whatever is relevant", 1.01, 1.005, share(0), stats.Same},
		{"not relevant because the reader says so", 1.02, 1.1, share(0.15), stats.Same},
	} {
		d := noisy(t, c.control, c.factor)
		d.Run.Relevant = c.relevant
		row := summarize(t, d)["sse-gin cpu_per_message"]
		if row.Verdict != c.want {
			t.Errorf("%s: %s at a ratio of %v, noise %v", c.name, row.Verdict, row.Ratio, row.Noise)
		}
		if within := stats.Distance(c.factor); c.want == stats.Same && !near(row.Within, within) || !near(row.Noise, stats.Distance(c.control)) {
			t.Errorf("%s: equal within %v, want %v; noise %v", c.name, row.Within, within, row.Noise)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// A footnote stands only where the verdict would be another without it: an outlier does not take it, an unstraight line may.
func TestFootnotesAreWhatTakesVerdicts(t *testing.T) {
	rows := summarize(t, example(t))
	for name, want := range map[string][]string{
		"sse-gin rss_per_connection":     nil,
		"tcp delivery_latency_p50@burst": {"reach below 1: latency not comparable"},
		"sse-gin tcp_connect_time_p99":   {"6 of 6 trials: p99 needs 1000 values"},
		"ws-gorilla rss_per_connection":  nil,
	} {
		if got := Texts(rows[name].Footnotes); !slices.Equal(got, want) {
			t.Errorf("%s: footnotes %q, want %q", name, got, want)
		}
	}
	d := example(t)
	for i, s := range d.Samples { // one trial's memory is no line
		if s.Lane == "sse-gin" && s.Block == 3 && s.Metric == "rss" && s.Phase == PhaseLevel && s.Connections == 200 {
			d.Samples[i].Value *= 3
		}
	}
	row := summarize(t, d)["sse-gin rss_per_connection"]
	if len(row.Warnings) == 0 || !slices.ContainsFunc(row.Footnotes, row.Warnings[0].equal) {
		t.Errorf("five trials have no verdict: footnotes %q of %q", row.Footnotes, row.Warnings)
	}
}
