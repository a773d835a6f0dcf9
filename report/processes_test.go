package report

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pushbench/pushbench/results"
)

// The report says whose figures those of external lanes are, how old their server was, and how servers ended, once.
func TestProcessesAndEndings(t *testing.T) {
	began := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	process := func(pid int, name string, age time.Duration) results.Process {
		return results.Process{PID: pid, Name: name, Started: began.Add(-age)}
	}
	const late = "server fresh: still there 5s after SIGTERM, and killed: pid 7 (node)"
	run := results.Run{
		Started: began, Lanes: []results.Lane{{Name: "tcp"}, {Name: "fresh"}, {Name: "running"}, {Name: "remote"}},
		Trials: []results.Trial{
			{Trial: 1, Lane: "tcp"},
			{Trial: 2, Lane: "fresh", Measured: []results.Process{process(7, "node", -time.Second)}, Ending: []string{late}},
			{Trial: 3, Lane: "running", Measured: []results.Process{process(8, "nginx", time.Hour), process(9, "nginx", time.Minute), process(10, "app", 0)}},
			{Trial: 4, Lane: "remote", Unseen: "nobody is seen"},
			{Trial: 5, Lane: "fresh", Measured: []results.Process{process(11, "node", -time.Minute)}, Within: "0.50 cpus", Ending: []string{late}},
		},
	}
	want := []string{"its own", "node; may use 0.50 cpus", "nginx (2), app; had run for 1h0m0s before the run, and may have served", "none: nobody is seen"}
	if got := processes(run); len(got) != 1 || !slices.Equal(got[0].Values, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := endings(run); !slices.Equal(got, []string{"fresh: " + late + " (trials 2, 5)"}) {
		t.Errorf("endings %q", got)
	}
	if got := warnings(run, nil); len(got) > 0 {
		t.Errorf("warnings %q", got)
	}
	var page strings.Builder
	if err := Markdown(Input{Data: &results.Data{Run: run}}, Options{All: true}, &page); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page.String(), late); n != 1 {
		t.Errorf("the report says %d times how a server ended", n)
	}
	run.Trials = run.Trials[:1]
	if got := processes(run); got != nil {
		t.Errorf("of own lanes alone: %q", got)
	}
}

func TestShell(t *testing.T) {
	if got, want := shell([]string{"pushbench", "compare", "--note", "it's |"}), `pushbench compare --note 'it'\''s |'`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
