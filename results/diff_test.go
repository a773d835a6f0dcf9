package results

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/results/stats"
)

// newer is the example measured again: every trial of sse-gin now pays a quarter of its CPU for messages.
func newer(t *testing.T) *Data {
	d := example(t)
	d.Run.Name = "newer"
	for i, s := range d.Samples {
		if s.Lane == "sse-gin" && s.Metric == "cpu" && s.Phase == "steady" {
			d.Samples[i].Value /= 4
		}
	}
	return d
}

func diffed(t *testing.T, before, after *Data) (*Diff, map[string]DiffRow) {
	t.Helper()
	d, err := NewDiff(t.Context(), before, after, DefaultRelevant)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]DiffRow{}
	for _, r := range d.Rows {
		rows[r.Lane+" "+r.Metric] = r
	}
	return d, rows
}

func TestDiffGolden(t *testing.T) {
	dir := t.TempDir()
	d, _ := diffed(t, example(t), newer(t))
	var b bytes.Buffer
	if err := d.CSV(&b); err != nil {
		t.Fatal(err)
	}
	write := func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, diffFile().name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if *update {
		write("testdata")
	}
	write(dir)
	if diff := cmp.Diff(table(t, "testdata", diffFile().name), table(t, dir, diffFile().name), cmp.Comparer(sameCell)); diff != "" {
		t.Errorf("(-golden +now; -update accepts it):\n%s", diff)
	}
}

func TestDiff(t *testing.T) {
	d, rows := diffed(t, example(t), newer(t))
	if len(d.Alone) > 0 || len(d.Rows) != len(rows) {
		t.Errorf("%d rows, alone %q", len(d.Rows), d.Alone)
	}
	row := rows["sse-gin cpu_per_message"]
	if row.Ratio != 0.25 || row.RatioHigh >= 1 || row.Verdict != stats.Better || row.Old.Run != "example" || row.New.Run != "newer" {
		t.Errorf("a quarter: got %+v", row)
	}
	if row.New.Median != row.Old.Median/4 || row.Old.N != 6 || row.New.Low != row.Old.Low/4 {
		t.Errorf("sides: %+v and %+v", row.Old, row.New)
	}
	// The drift of the blocks, which pairing takes out of a run's own ratios, is noise here.
	row = rows["tcp cpu_per_message"]
	if row.Ratio != 1 || row.Verdict != stats.Same || !(row.Resolution > 0.05 && row.Resolution < 0.2) {
		t.Errorf("as before: got %+v", row)
	}
	back, again := diffed(t, newer(t), example(t))
	if row := again["sse-gin cpu_per_message"]; row.Ratio != 4 || row.Verdict != stats.Worse || len(back.Rows) != len(d.Rows) {
		t.Errorf("the other way round: got %+v", row)
	}
}

func TestDiffOfLostMessages(t *testing.T) {
	for name, lossy := range map[string]func(before, after *Data) *Data{
		"old": func(before, _ *Data) *Data { return before },
		"new": func(_, after *Data) *Data { return after },
	} {
		before, after := example(t), newer(t)
		d := lossy(before, after)
		for i, s := range d.Samples {
			if s.Lane == "sse-gin" && s.Metric == "received" && s.Phase == "steady" && s.Block == 2 {
				d.Samples[i].Value--
			}
		}
		_, rows := diffed(t, before, after)
		row := rows["sse-gin delivery_latency_p50"]
		if row.Verdict != stats.Unclear || !slices.Contains(Texts(row.Warnings), name+": reach below 1: latency not comparable") {
			t.Errorf("%s: verdict %s, warnings %q", name, row.Verdict, row.Warnings)
		}
		if row := rows["sse-gin cpu_per_message"]; row.Verdict != stats.Better {
			t.Errorf("%s: CPU is no latency: %+v", name, row)
		}
		if row := rows["ws-gorilla delivery_latency_p50"]; row.Verdict != stats.Same {
			t.Errorf("%s: another lane: %+v", name, row)
		}
	}
}

func TestDiffOfShortRuns(t *testing.T) {
	before, after := example(t), newer(t)
	after.Run.Trials = slices.DeleteFunc(after.Run.Trials, func(tr Trial) bool { return tr.Block > 2 })
	_, rows := diffed(t, before, after)
	row := rows["sse-gin cpu_per_message"]
	if row.Verdict != stats.Unclear || math.IsNaN(row.Ratio) || !math.IsNaN(row.RatioLow) ||
		!slices.Contains(Texts(row.Warnings), "no comparison: 2 and 6 trials, an interval needs 4 of each run") {
		t.Errorf("got %+v", row)
	}
	if row := rows["sse-gin tcp_connect_time_p99"]; !slices.Equal(Texts(row.Warnings), []string{
		"old: 6 of 6 trials: p99 needs 1000 values", "new: 2 of 2 trials: p99 needs 1000 values",
	}) {
		t.Errorf("not measured: warnings %q", row.Warnings)
	}
}

func TestDiffNamesInvalidTrials(t *testing.T) {
	before, after := example(t), newer(t)
	after.Run.Trials[0].Status, after.Run.Trials[0].Error = StatusInvalid, "the load was short of CPU"
	_, rows := diffed(t, before, after)
	row := rows["ws-gorilla cpu_per_message"]
	const want = "new: 1 of 6 trials invalid, and not counted: the load was short of CPU"
	if row.Old.N != 6 || row.New.N != 5 || !slices.Contains(Texts(row.Warnings), want) {
		t.Errorf("%d and %d trials, warnings %q; want 6, 5 and %q", row.Old.N, row.New.N, row.Warnings, want)
	}
}

func TestDiffSaysWhatIsAlone(t *testing.T) {
	before, after := example(t), newer(t)
	before.Run.Lanes = before.Run.Lanes[:2]
	after.Run.Lanes = after.Run.Lanes[1:]
	before.Run.Metrics = []string{"reach", "lost"}
	after.Run.Metrics = []string{"reach", "cpu_per_message"}
	d, rows := diffed(t, before, after)
	if _, ok := rows["sse-gin reach"]; !ok || len(rows) != 2 { // reach@burst is one as well
		t.Errorf("rows %v", rows)
	}
	want := []string{
		"lane ws-gorilla is in the old run only", "lane tcp is in the new run only",
		"metric cpu_per_message is in the new run only", "metric cpu_per_message@burst is in the new run only",
		"metric lost is in the old run only", "metric lost@burst is in the old run only",
	}
	if diff := cmp.Diff(want, d.Alone); diff != "" {
		t.Errorf("alone (-want +got):\n%s", diff)
	}
	if lanes := SharedLanes(before.Run, after.Run); !slices.Equal(lanes, []string{"sse-gin"}) {
		t.Errorf("shared lanes %q", lanes)
	}
}
