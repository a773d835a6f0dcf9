package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pushbench/pushbench/internal/fixture"
	"github.com/pushbench/pushbench/results"
)

// ofJSON is what the format says of a run, in which nothing else stands.
func ofJSON(t interface{ Fatalf(string, ...any) }, in Input) jsonRun {
	var b bytes.Buffer
	if err := JSON(in, Options{}, &b); err != nil {
		t.Fatalf("write: %v", err)
	}
	var out jsonRun
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		t.Fatalf("read: %v", err)
	}
	return out
}

func TestJSON(t *testing.T) {
	s := fixture.Usual()
	s.Lanes = fixture.WithControl(s.Lanes)
	s.Run = func(r *results.Run) {
		r.Workload = &results.Workload{Users: 20000, Rate: 1, Size: 300, P99: 250 * time.Millisecond, Loads: []results.Demand{{Name: "peak", Workload: results.Workload{Users: 3}}}}
	}
	d, sum := s.Loaded(t)
	got := ofJSON(t, Input{Data: d, Summary: sum})
	if r := got.Run; r.Name != "made-up" || r.Commit != "aac7132" || r.Baseline != "ws-gorilla" || len(r.Lanes) != 5 || !r.Lanes[3].Control || r.Lanes[4].Control ||
		r.Factor != nil || *r.Workload.P99 != 0.25 || r.Workload.Loads[0].Users != 3 || r.Workload.Loads[0].P99 != nil || *r.Machine.CPUs != 8 || r.Trials.Counted != 30 {
		t.Errorf("%+v", r)
	}
	if len(got.Rows) != len(sum.Rows) {
		t.Fatalf("%d rows, want %d", len(got.Rows), len(sum.Rows))
	}
	for i, r := range sum.Rows {
		row := got.Rows[i]
		if row.Lane != r.Lane || row.Metric != r.Metric || row.ToBaseline.Verdict != r.Verdict || row.Trials != r.N {
			t.Fatalf("%+v is not %+v", row, r)
		}
		if r.N > 0 && *row.Median.Value != r.Median {
			t.Errorf("%s of %s: %v, want %v", r.Metric, r.Lane, *row.Median.Value, r.Median)
		}
	}
	i := slices.IndexFunc(got.Rows, func(r jsonRow) bool { return r.Lane == "sse-gin" && r.Metric == "cpu_per_message" })
	if r := got.Rows[i]; r.Unit != "s" || r.Better != "lower is better" || r.ToBaseline.Baseline != "ws-gorilla" || r.ToBaseline.Ratio.Low == nil || r.Noise.Value == nil || r.ToLevel != nil {
		t.Errorf("%+v", r)
	}
}

// What is null has a reason, and what has a reason is null: of runs as odd as they come, and of any numbers.
func TestJSONHasReasons(t *testing.T) {
	for name, shape := range fixture.Shapes() {
		d, sum := shape.Loaded(t)
		for _, r := range ofJSON(t, Input{Data: d, Summary: sum}).Rows {
			reasoned(t, name, r)
			if r.Trials == 0 && r.Median.Value != nil {
				t.Errorf("%s: %s of %s is %v without a trial", name, r.Metric, r.Lane, *r.Median.Value)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d, rows := fixture.Anything(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), rapid.IntRange(0, 5).Draw(t, "lanes"))
		for _, r := range ofJSON(t, Input{Data: d, Summary: results.Summary{Rows: rows}}).Rows {
			reasoned(t, "any numbers", r)
		}
	})
}

func reasoned(t interface{ Errorf(string, ...any) }, of string, r jsonRow) {
	comparisons := []jsonComparison{r.ToBaseline}
	if r.ToLevel != nil {
		comparisons = append(comparisons, *r.ToLevel)
	}
	figures, values := []jsonFigure{r.Median}, []jsonValue{r.Noise}
	for _, c := range comparisons {
		figures, values = append(figures, c.Ratio), append(values, c.Within)
	}
	for _, f := range figures {
		if (f.Value == nil || f.Low == nil || f.High == nil) != (f.Reason != "") {
			t.Errorf("%s: %s of %s: %+v", of, r.Metric, r.Lane, f)
		}
	}
	for _, v := range values {
		if (v.Value == nil) != (v.Reason != "") {
			t.Errorf("%s: %s of %s: %+v", of, r.Metric, r.Lane, v)
		}
	}
}

// The reason for a figure without an interval is the one that the tables name, and infinity is no missing value.
func TestJSONReasons(t *testing.T) {
	s := fixture.Usual()
	s.Blocks = 2
	d, sum := s.Loaded(t)
	for _, r := range ofJSON(t, Input{Data: d, Summary: sum}).Rows {
		if r.Trials == 2 && !strings.Contains(r.Median.Reason, "6") {
			t.Errorf("%s of %s: %q", r.Metric, r.Lane, r.Median.Reason)
		}
	}
	if f := jsonFigureOf(1, 0.5, math.Inf(1), "none"); f.Reason != "it has no bound" || f.High != nil || *f.Value != 1 {
		t.Errorf("%+v", f)
	}
}

// Levels are compared as well.
func TestJSONOfLevels(t *testing.T) {
	d, sum := fixture.Varied(&results.Vary{Key: "heartbeat.every", Levels: []string{"1s", "5s", "60s"}}).Loaded(t)
	got := ofJSON(t, Input{Data: d, Summary: sum})
	if got.Run.Factor == nil || len(got.Run.Factor.Levels) != 3 {
		t.Errorf("factor %+v", got.Run.Factor)
	}
	compared := 0
	for _, r := range got.Rows {
		if r.ToLevel != nil && r.ToLevel.Baseline == "1s" && r.ToLevel.Ratio.Value != nil {
			compared++
		}
	}
	if compared == 0 {
		t.Error("no level is compared with the first")
	}
}

// Every key is documented.
func TestJSONIsDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "results.md"))
	fixture.Must(t, err)
	s := fixture.Varied(&results.Vary{Key: "heartbeat.every", Levels: []string{"1s", "5s"}})
	s.Run = func(r *results.Run) {
		r.Workload = &results.Workload{Users: 1, Rate: 1, Size: 16, Loads: []results.Demand{{Name: "peak"}}}
	}
	d, sum := s.Loaded(t)
	var b bytes.Buffer
	fixture.Must(t, JSON(Input{Data: d, Summary: sum}, Options{}, &b))
	keys := regexp.MustCompile(`"(\w+)": `).FindAllSubmatch(b.Bytes(), -1)
	if len(keys) < 100 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, key := range keys {
		if !regexp.MustCompile("`[a-z_.\\[\\]]*\\b" + string(key[1]) + "(\\[\\])?`").Match(text) {
			t.Errorf("docs/results.md does not name %s", key[1])
		}
	}
}
