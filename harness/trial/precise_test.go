package trial

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// Why no block is added, of a run with 2 planned blocks of two lanes, each trial of which took 10 s.
func TestWhyNoBlockIsAdded(t *testing.T) {
	wide := []results.Wide{{Lane: "b", Metric: "cpu_per_message"}}
	failed := func(r *results.Run) {
		for i := range r.Trials {
			if r.Trials[i].Block == 3 {
				r.Trials[i].Status, r.Trials[i].Seconds = results.StatusFailed, 0
			}
		}
	}
	for _, c := range []struct {
		name string
		p    results.Precision
		edit func(*results.Run)
		want string
	}{
		{"wide, and there is time for one", results.Precision{Budget: 80, Compared: 1, Wide: wide}, nil, ""},
		{"wide, and there is no more", results.Precision{Budget: 79.9, Compared: 1, Wide: wide}, nil, results.EndedBudget},
		{"narrow once", results.Precision{Budget: 80, Compared: 1, NarrowSince: 3}, nil, ""},
		{"narrow once, and no time to look again", results.Precision{Budget: 60, Compared: 1, NarrowSince: 3}, nil, results.EndedBudget},
		{"narrow twice, and no time", results.Precision{Budget: 60, Compared: 1, NarrowSince: 2}, nil, results.EndedPrecise},
		{"no ratio at all", results.Precision{Budget: 80}, nil, results.EndedNothing},
		{"failing in no time", results.Precision{Budget: 1e9, Compared: 1, Wide: wide}, failed, results.EndedFailing},
	} {
		r := &Run{Scenario: &scenario.Scenario{Lanes: []string{"a", "b"}, Blocks: 2}}
		for _, p := range r.Scenario.Plan(3) {
			r.Record.Trials = append(r.Record.Trials, results.Trial{Block: p.Block, Lane: p.Lane, Status: results.StatusOK, Seconds: 10})
		}
		if c.edit != nil {
			c.edit(&r.Record)
		}
		c.p.Blocks = 3
		if got := r.why(&c.p); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A look at a run that goes on reads no trial it has seen: the folder is read once.
func TestALookReadsEachTrialOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	folder, err := results.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	r := &Run{Scenario: &scenario.Scenario{Lanes: []string{"a", "b"}, Blocks: 2}, Folder: folder}
	r.Record.Lanes, r.Record.Broadcasts = []results.Lane{{Name: "a"}, {Name: "b"}}, []string{"steady"}
	add := func(trial, block int, lane string) {
		t.Helper()
		rows := results.Rows{}
		for metric, source := range map[string]string{"cpu": "schedstat", "received": "agent", "expected": "agent"} {
			rows.Samples = append(rows.Samples, results.Sample{
				Lane: lane, Block: block, Trial: trial, Connections: 10, Phase: "steady", Source: source, Metric: metric, Unit: "1", Value: 100,
			})
		}
		ended := results.Trial{Trial: trial, Block: block, Lane: lane, Status: results.StatusOK}
		if err := r.keep(ended, rows); err != nil {
			t.Fatal(err)
		}
	}
	for block := 1; block <= 6; block++ {
		add(2*block-1, block, "a")
		add(2*block, block, "b")
		r.Record.Planned += 2
	}
	p := &results.Precision{Goal: 0.05}
	if err := r.look(t.Context(), p); err != nil || p.NarrowSince != 6 {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := os.Remove(filepath.Join(dir, "samples.csv")); err != nil {
		t.Fatal(err)
	}
	add(13, 7, "a")
	add(14, 7, "b")
	r.Record.Planned += 2
	if err := r.look(t.Context(), p); err != nil || p.Blocks != 7 || p.NarrowSince != 6 {
		t.Errorf("%+v, %v", p, err)
	}
}
