package results

import (
	"math"
	"slices"
	"testing"

	"github.com/pushbench/pushbench/results/stats"
)

func diffedLanes(t *testing.T, of *Data, before, after string) (*Diff, map[string]DiffRow) {
	t.Helper()
	d, err := DiffLanes(t.Context(), of, before, after, DefaultRelevant)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]DiffRow{}
	for _, r := range d.Rows {
		if r.Lane != after {
			t.Errorf("a row of %s", r.Lane)
		}
		rows[r.Metric] = r
	}
	return d, rows
}

// Two lanes of a run have the ratio and the verdict that the summary of the run gives the second of them.
func TestDiffLanesIsTheSummary(t *testing.T) {
	of := example(t)
	summary, err := Measure(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := diffedLanes(t, of, "ws-gorilla", "sse-gin")
	compared := 0
	for _, want := range summary.Rows(of.Run) {
		if want.Lane != "sse-gin" {
			continue
		}
		got, ok := rows[want.Metric]
		if !ok || got.New.N != want.N || got.New.Run != "example:sse-gin" || got.Old.Run != "example:ws-gorilla" {
			t.Errorf("%s: got %+v, want %+v", want.Metric, got, want)
		}
		if math.IsNaN(want.RatioLow) {
			continue
		}
		compared++
		if got.Ratio != want.Ratio || got.RatioLow != want.RatioLow || got.RatioHigh != want.RatioHigh || got.Verdict != want.Verdict {
			t.Errorf("%s: got %+v, want %+v", want.Metric, got, want.Comparison)
		}
	}
	if compared < 10 {
		t.Errorf("%d figures were compared", compared)
	}
	// The drift of the blocks is in both lanes, and in no ratio.
	if row := rows["cpu_per_message"]; row.RatioHigh/row.RatioLow > 1.02 {
		t.Errorf("the ratio holds the drift: %+v", row)
	}
}

// What is 0 on both sides in every block is equal; what is lost on one side alone cannot be judged.
func TestDiffLanesOfZeros(t *testing.T) {
	of := example(t)
	_, rows := diffedLanes(t, of, "ws-gorilla", "tcp")
	if row := rows["lost"]; row.Verdict != stats.Same || row.Within != 0 || row.Ratio != 1 {
		t.Errorf("nothing lost: got %+v", row)
	}
	for i, s := range of.Samples {
		if s.Lane == "tcp" && s.Metric == "lost" && s.Phase == "steady" && s.Block == 2 {
			of.Samples[i].Value = 3
		}
	}
	_, rows = diffedLanes(t, of, "ws-gorilla", "tcp")
	if row := rows["lost"]; row.Verdict != stats.Unclear || !slices.Contains(Texts(row.Warnings), "no comparison: the baseline is 0 in a block") {
		t.Errorf("three lost: got %+v", row)
	}
}

// A difference within what the A/A control of the old lane seems to differ from it has no verdict, whatever is relevant.
func TestDiffLanesWithinTheNoise(t *testing.T) {
	of := example(t)
	of.Run.Lanes = slices.Clone(of.Run.Lanes)
	of.Run.Lanes[1].Of, of.Run.Lanes[1].Control = "ws-gorilla", true
	_, rows := diffedLanes(t, of, "ws-gorilla", "tcp")
	noise, row := rows["cpu_per_message"].Noise, rows["cpu_per_message"]
	if !(noise > 0) {
		t.Fatalf("no noise: %+v", row)
	}
	if inNoise := stats.Distance(row.Ratio) < noise; (row.Significant == stats.Same) != inNoise {
		t.Errorf("noise %v, got %+v", noise, row)
	}
	// The control is not its own noise.
	if _, rows := diffedLanes(t, of, "ws-gorilla", "sse-gin"); !math.IsNaN(rows["cpu_per_message"].Noise) || rows["cpu_per_message"].Verdict == stats.Same {
		t.Errorf("of the control: got %+v", rows["cpu_per_message"])
	}
	// Nor is that of another lane.
	if _, rows := diffedLanes(t, of, "tcp", "ws-gorilla"); !math.IsNaN(rows["cpu_per_message"].Noise) {
		t.Errorf("of another lane: got %+v", rows["cpu_per_message"])
	}
}

// Five blocks in which both lanes count are too few.
func TestDiffLanesOfFewBlocks(t *testing.T) {
	of := example(t)
	for i, tr := range of.Run.Trials {
		if tr.Lane == "tcp" && tr.Block == 3 {
			of.Run.Trials[i].Status, of.Run.Trials[i].Error = StatusInvalid, "the load was short of CPU"
		}
	}
	_, rows := diffedLanes(t, of, "ws-gorilla", "tcp")
	row := rows["cpu_per_message"]
	if row.Verdict != stats.Unclear || row.Old.N != 6 || row.New.N != 5 ||
		!slices.Contains(Texts(row.Warnings), "no comparison: 5 of the 6 values an interval needs") ||
		!slices.Contains(Texts(row.Warnings), "new: 1 of 6 trials invalid, and not counted: the load was short of CPU") {
		t.Errorf("got %+v, warnings %q", row, Texts(row.Warnings))
	}
}
