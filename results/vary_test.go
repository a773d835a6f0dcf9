package results

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// vary runs every trial at each level; what its server costs is as many times as much as the level says.
func vary(d *Data, factors map[string]float64, levels ...string) *Data {
	out := &Data{Run: d.Run}
	out.Run.Vary, out.Run.Trials = &Vary{Key: "heartbeat.every", Levels: levels}, nil
	for i, level := range levels {
		number := func(trial int) int { return trial*len(levels) + i }
		for _, t := range d.Run.Trials {
			t.Trial, t.Level = number(t.Trial), level
			out.Run.Trials = append(out.Run.Trials, t)
		}
		for _, s := range d.Samples {
			s.Trial, s.Level = number(s.Trial), level
			if s.OfServer() {
				s.Value *= factors[level]
			}
			out.Samples = append(out.Samples, s)
		}
		for _, h := range d.Histograms {
			h.Trial, h.Level = number(h.Trial), level
			out.Histograms = append(out.Histograms, h)
		}
		for _, l := range d.Losses {
			l.Trial, l.Level = number(l.Trial), level
			out.Losses = append(out.Losses, l)
		}
	}
	slices.SortStableFunc(out.Run.Trials, func(a, b Trial) int { return a.Trial - b.Trial })
	return out
}

// rowsAt are those of one level, as a run without levels would have them.
func rowsAt(rows []SummaryRow, level string) (out []SummaryRow) {
	for _, r := range rows {
		if r.Level != level {
			continue
		}
		r.Level, r.Across = "", uncompared("")
		r.Values = slices.Clone(r.Values)
		for i := range r.Values {
			r.Values[i].Trial = 0
		}
		r.Warnings = slices.DeleteFunc(slices.Clone(r.Warnings), func(w Warning) bool { return w.Code == OddValue })
		out = append(out, r)
	}
	return out
}

// Lanes at a level are compared as if there were no other level.
func TestLanesAtALevel(t *testing.T) {
	d := example(t)
	d.Run.Lanes[2].Of, d.Run.Lanes[2].Control = "ws-gorilla", true // with noise of its own
	alone, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	s, err := summaryOf(vary(d, map[string]float64{"1s": 1, "5s": 3}, "1s", "5s"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Rows) != 2*len(alone.Rows) {
		t.Errorf("%d rows of two levels, %d of one", len(s.Rows), len(alone.Rows))
	}
	ignored := cmpopts.IgnoreUnexported(SummaryRow{}, Comparison{})
	if diff := cmp.Diff(rowsAt(alone.Rows, ""), rowsAt(s.Rows, "1s"), cmpopts.EquateNaNs(), ignored); diff != "" {
		t.Errorf("(-alone +beside another level):\n%s", diff)
	}
	for i, r := range rowsAt(s.Rows, "5s") {
		want := alone.Rows[i]
		if r.Verdict != want.Verdict || math.Abs(r.Ratio-want.Ratio) > 1e-9*want.Ratio || math.IsNaN(r.Noise) != math.IsNaN(want.Noise) {
			t.Errorf("%s of %s: %s %v, noise %v; at the other level %s %v, %v", r.Metric, r.Lane, r.Verdict, r.Ratio, r.Noise, want.Verdict, want.Ratio, want.Noise)
		}
	}
	order := slices.IndexFunc(s.Rows, func(r SummaryRow) bool { return r.Level == "5s" })
	if order != len(s.Rows)/6 || s.Rows[order].Lane != "ws-gorilla" {
		t.Errorf("the second level begins at row %d, of %s", order, s.Rows[order].Lane)
	}
}

// Levels of a lane are compared with its first level, block by block.
func TestLevelsOfALane(t *testing.T) {
	rows := func(levels ...string) map[string]SummaryRow {
		s, err := summaryOf(vary(example(t), map[string]float64{"a": 1, "b": 2, "c": 0.5, "d": 1}, levels...))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]SummaryRow{}
		for _, r := range s.Rows {
			out[r.Contestant().String()+" "+r.Metric] = r
		}
		return out
	}
	forth, back := rows("a", "b", "c", "d"), rows("c", "b", "a", "d")
	for _, metric := range []string{"rss_per_connection", "cpu_per_message", "heap_per_connection", "cpu_per_handshake"} {
		for level, want := range map[string]struct {
			ratio   float64
			verdict string
		}{"a": {math.NaN(), "baseline"}, "b": {2, "worse"}, "c": {0.5, "better"}, "d": {1, "~"}} {
			got := forth["sse-gin at "+level+" "+metric].Across
			if got.Baseline != "a" || got.Verdict != want.verdict || math.IsNaN(got.Ratio) != math.IsNaN(want.ratio) || math.Abs(got.Ratio-want.ratio) > 1e-9 {
				t.Errorf("%s at %s is %s, %v of %s, want %+v", metric, level, got.Verdict, got.Ratio, got.Baseline, want)
			}
		}
		if got := back["sse-gin at a "+metric].Across; math.Abs(got.Ratio-2) > 1e-9 || got.Baseline != "c" {
			t.Errorf("%s at a is %v of %s, want 2 of c", metric, got.Ratio, got.Baseline)
		}
		if a, b := forth["sse-gin at b "+metric], back["sse-gin at b "+metric]; a.Ratio != b.Ratio || a.Verdict != b.Verdict {
			t.Errorf("%s beside the first lane hangs on the order of levels: %v %s, %v %s", metric, a.Ratio, a.Verdict, b.Ratio, b.Verdict)
		}
	}
	if got := forth["sse-gin at b delivery_latency_p50"].Across; got.Verdict != "~" || got.Ratio != 1 {
		t.Errorf("a latency that does not change is %s, %v", got.Verdict, got.Ratio)
	}
}

// A level whose trials failed lacks its figures; what is compared with it has no ratio, and nothing else changes.
func TestLevelWithoutTrials(t *testing.T) {
	d := vary(example(t), map[string]float64{"a": 1, "b": 2}, "a", "b")
	for i := range d.Run.Trials {
		if one := &d.Run.Trials[i]; one.Level == "a" && one.Lane == "tcp" {
			one.Status = StatusFailed
		}
	}
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.Rows {
		if r.Metric != "cpu_per_message" || r.Level != "b" {
			continue
		}
		missing := slices.ContainsFunc(r.Warnings, Because(NoComparison, "no block has a value of both levels").equal)
		if missing != (r.Lane == "tcp") || (r.Across.Verdict == "?") != missing || r.N != 6 || r.Verdict == "?" {
			t.Errorf("%s: %d values, %s, across %s; %v", r.Lane, r.N, r.Verdict, r.Across.Verdict, Texts(r.Warnings))
		}
	}
}

// The A/A control has a noise at every level, and is compared with no other.
func TestControlAtEveryLevel(t *testing.T) {
	d := vary(example(t), map[string]float64{"a": 1, "b": 2}, "a", "b")
	d.Run.Lanes[1].Of, d.Run.Lanes[1].Control = "ws-gorilla", true
	d.Run.Lanes[1].Name = "ws-gorilla+control"
	for i := range d.Run.Trials {
		if d.Run.Trials[i].Lane == "sse-gin" {
			d.Run.Trials[i].Lane = "ws-gorilla+control"
		}
	}
	for i, s := range d.Samples { // at level b the baseline seems twice as far from itself
		if s.Level == "b" && s.Lane == "sse-gin" && s.Metric == "cpu" {
			d.Samples[i].Value *= 2
		}
	}
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	noise := map[string]float64{}
	for _, r := range s.Rows {
		if r.Control && r.Across.Verdict != "" {
			t.Errorf("the control is compared across levels: %s", r.Metric)
		}
		if r.Metric == "cpu_per_message" {
			noise[r.Level] = r.Noise
		}
	}
	if math.Abs(noise["a"]-1) > 1e-9 || math.Abs(noise["b"]-3) > 1e-9 {
		t.Errorf("noise %v, want 1 at a and 3 at b", noise)
	}
	readings := map[string]bool{}
	all, err := Calibrate(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		readings[r.Level] = true
	}
	if !readings["a"] || !readings["b"] {
		t.Errorf("levels read back: %v", readings)
	}
}

func TestDiffOfLevels(t *testing.T) {
	factors := map[string]float64{"a": 1, "b": 2, "c": 3}
	before, after := vary(example(t), factors, "a", "b"), vary(example(t), factors, "b", "c")
	d, err := NewDiff(t.Context(), before, after, 0.05)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"level a is in the old run only", "level c is in the new run only"}, sorted(d.Alone)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range d.Rows {
		if r.Level != "b" || !math.IsNaN(r.Ratio) && math.Abs(r.Ratio-1) > 1e-9 {
			t.Errorf("%s of %s at %q is %v times that of the same run", r.Metric, r.Lane, r.Level, r.Ratio)
		}
	}
	after.Run.Vary = &Vary{Key: "flush", Levels: []string{"b", "c"}}
	if d, err = NewDiff(t.Context(), before, after, 0.05); err != nil || len(d.Rows) > 0 {
		t.Errorf("levels of different keys are compared in %d rows, %v", len(d.Rows), err)
	}
}

func sorted(all []string) []string { return slices.Sorted(slices.Values(all)) }

// What a run with levels writes; -update accepts it.
func TestGoldenOfLevels(t *testing.T) {
	d := vary(example(t), map[string]float64{"1s": 1, "5s": 0.5, "none": 0.25}, "1s", "5s", "none")
	d.Run.Metrics = []string{"cpu_per_message", "rss_per_connection", "delivery_latency_p50", idleCPU}
	s, err := summaryOf(d)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := SaveSummary(dir, s.Rows); err != nil {
		t.Fatal(err)
	}
	const golden = "varied.csv"
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", golden), []byte(text(t, dir, summaryFile().name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(table(t, "testdata", golden), table(t, dir, summaryFile().name), cmp.Comparer(sameCell)); diff != "" {
		t.Errorf("(-golden +now; -update accepts it):\n%s", diff)
	}
	if !strings.Contains(text(t, dir, summaryFile().name), ",none,") {
		t.Error("a level is missing")
	}
}
