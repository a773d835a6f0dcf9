package scenario

import (
	"slices"
	"testing"
)

func TestPlan(t *testing.T) {
	s := Scenario{Lanes: []string{"a", "b", "c", "d"}, Blocks: 6, Seed: 1}
	plan := s.Plan(s.Blocks)
	if len(plan) != 24 {
		t.Fatalf("%d trials, want 24", len(plan))
	}
	var orders [][]string
	for i, block := range slices.Collect(slices.Chunk(plan, len(s.Lanes))) {
		var order []string
		for _, trial := range block {
			if trial.Block != i+1 {
				t.Errorf("%+v stands in block %d", trial, i+1)
			}
			order = append(order, trial.Lane)
		}
		if !slices.Equal(slices.Sorted(slices.Values(order)), s.Lanes) {
			t.Errorf("block %d holds %v, want every lane once", i+1, order)
		}
		orders = append(orders, order)
	}
	if distinct := slices.CompactFunc(orders, slices.Equal); len(distinct) < 2 {
		t.Errorf("all blocks have the order %v", distinct)
	}
}

func TestPlanFollowsItsSeed(t *testing.T) {
	s := Scenario{Lanes: []string{"a", "b", "c", "d"}, Blocks: 6, Seed: 1}
	plan := s.Plan(s.Blocks)
	if !slices.Equal(plan, s.Plan(s.Blocks)) {
		t.Error("the same seed gives another plan")
	}
	s.Blocks = 7
	if !slices.Equal(plan, s.Plan(s.Blocks)[:len(plan)]) {
		t.Error("one more block changes the others")
	}
	s.Blocks, s.Seed = 6, 2
	if slices.Equal(plan, s.Plan(s.Blocks)) {
		t.Error("another seed gives the same plan")
	}
}

// A run that is resumed goes on with the plan it was begun with, whichever version begins and goes on.
func TestPlanStays(t *testing.T) {
	s := Scenario{Lanes: []string{"a", "b", "c", "d"}, Seed: 1}
	order := ""
	for _, p := range s.Plan(3) {
		order += p.Lane
	}
	if want := "bcadbdcaadbc"; order != want {
		t.Errorf("the order is %s, was %s", order, want)
	}
}
