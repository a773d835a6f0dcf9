package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/pushbench/pushbench/results"
)

func TestParseGoal(t *testing.T) {
	for text, want := range map[string]float64{
		"3%": 0.03, " 2.5 % ": 0.025, "0.03": 0.03, ".5": 0.5, "99.9%": 0.999, "0.01%": 0.0001,
	} {
		if got, err := parseGoal(text); err != nil || got < want*(1-1e-12) || got > want*(1+1e-12) {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "%", "3", "1", "0", "0%", "-3%", "+3%", "3%%", "3e-2", "0x3%", "inf%", "NaN", "three", "0.001%", "100%", "101%", "10001%", "3 percent"} {
		if got, err := parseGoal(text); err == nil || !strings.Contains(err.Error(), "such as 3% or 0.03") {
			t.Errorf("%q: got %v, %v, want a hint", text, got, err)
		}
	}
}

// What flags ask for, and what is left of an earlier part of the run.
func TestPrecision(t *testing.T) {
	ended := &results.Precision{Goal: 0.05, Budget: 600, Ended: results.EndedBudget, Blocks: 9, NarrowSince: 9}
	for _, c := range []struct {
		name   string
		flags  []string
		before *results.Precision
		want   *results.Precision
		err    string
	}{
		{"nothing", nil, nil, nil, ""},
		{"a goal", []string{"--until-precise=3%"}, nil, &results.Precision{Goal: 0.03, Budget: 1800}, ""},
		{"both", []string{"--until-precise=3%", "--budget=1h"}, nil, &results.Precision{Goal: 0.03, Budget: 3600}, ""},
		{"resumed", nil, ended, &results.Precision{Goal: 0.05, Budget: 600, Blocks: 9, NarrowSince: 9}, ""},
		{"resumed for longer", []string{"--budget=1h"}, ended, &results.Precision{Goal: 0.05, Budget: 3600, Blocks: 9, NarrowSince: 9}, ""},
		{"resumed to another goal", []string{"--until-precise=3%"}, ended, &results.Precision{Goal: 0.03, Budget: 600, Blocks: 9}, ""},
		{"a budget alone", []string{"--budget=1h"}, nil, nil, "set that"},
		{"a negative budget", []string{"--until-precise=3%", "--budget=-1s"}, nil, nil, "--budget -1s is no time to measure in"},
		{"an empty goal", []string{"--until-precise="}, ended, nil, `--until-precise "": write`},
	} {
		var o runOptions
		cmd := Run(Streams{})
		cmd.ResetFlags()
		o.flags(cmd)
		if err := cmd.ParseFlags(c.flags); err != nil {
			t.Fatal(err)
		}
		got, err := o.precision(c.before)
		if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if c.err == "" && err != nil || c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.err)
		}
	}
	if o := time.Duration(ended.Budget) * time.Second; o != 10*time.Minute || ended.Ended == "" {
		t.Errorf("the earlier record is changed: %+v", ended)
	}
}
