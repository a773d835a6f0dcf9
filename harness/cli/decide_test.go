package cli

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/report/decision"
	"github.com/pushbench/pushbench/results"
)

// The scenario of any workload can be run, and ends in time: at most half a minute a trial and 3 s a load, and there are 6 of each option.
func TestScenariosOfWorkloads(t *testing.T) {
	for _, w := range []results.Workload{
		{Users: 1, Rate: 0.001, Size: 16},
		{Users: 20000, Rate: 1, Size: 300},
		{Users: 1000000, Rate: 0.1, Size: 100000, ClientRate: 0.01, Reconnects: 60},
		{Users: 300, Rate: 50, Size: 40, ClientRate: 20, Reconnects: 0.5},
		{Users: 100, Rate: 1000, Size: 16, ClientRate: 100},
		{Users: 20000, Rate: 1, Size: 300, Path: results.PathTLS, Loads: []results.Demand{
			{Name: "peak", Workload: results.Workload{Users: 30000, Rate: 50, Size: 300, ClientRate: 1}},
			{Name: "deploy", Workload: results.Workload{Users: 20000, Rate: 1, Size: 300, Reconnects: 60}},
		}},
	} {
		for _, quick := range []bool{false, true} {
			source, err := decision.Scenario(w, quick)
			must(t, err)
			s, err := scenario.Parse("decide.yaml", source, catalog())
			if err != nil {
				t.Errorf("%+v: %v\n%s", w, err, source)
				continue
			}
			if d := s.Duration(); d > 31*time.Second+time.Duration(len(w.Loads))*3*time.Second {
				t.Errorf("%+v, quick %v: a trial takes %v:\n%s", w, quick, d, source)
			}
		}
	}
}

// A flag stands over what a run was made for, and nothing else does.
func TestAbout(t *testing.T) {
	d := decide{workload: results.Workload{Size: 128, P99: time.Second}, given: func(flag string) bool { return flag == "p99" }}
	made := results.Workload{
		Users: 5, Rate: 2, Size: 300, ClientRate: 1, P99: time.Minute, Reconnects: 6, Path: results.PathTLS, Loads: []results.Demand{{Name: "peak"}},
	}
	want := made
	want.P99 = time.Second
	if diff := cmp.Diff(want, d.about(&made)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(d.workload, d.about(nil)); diff != "" {
		t.Errorf("of a run made for nothing: %s", diff)
	}
}
