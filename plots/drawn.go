package plots

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// As many lanes as a picture draws, on a page and on half of one: of more, none could be read where it is pasted.
const (
	mostLanes  = 8
	mostOfHalf = 4
)

// drawn are the lanes of a picture of a figure, the lowest first and those without one last. Where there are too many, they are the
// baseline, the lowest and the highest of those that are no floor, and then, in the order of the run, the first of each transport, the
// second of each, and so on: most lanes are then the same in all pictures of a run.
func (v *view) drawn(metric string) []results.Lane {
	if v.half {
		return v.most(mostOfHalf, metric)
	}
	return v.most(mostLanes, metric)
}

// most are at most so many lanes, as drawn has them.
func (v *view) most(most int, metric string) []results.Lane {
	figure := func(l results.Lane) float64 {
		if m := v.Row(l.Name, metric).Median; drawable(m) {
			return m
		}
		return math.Inf(1)
	}
	sorted := slices.Clone(v.Lanes)
	slices.SortStableFunc(sorted, func(a, b results.Lane) int { return cmp.Compare(figure(a), figure(b)) })
	known := slices.DeleteFunc(slices.Clone(sorted), func(l results.Lane) bool { return math.IsInf(figure(l), 1) })
	wanted := slices.Clone(v.Lanes[:min(len(v.Lanes), 1)])
	if options := slices.DeleteFunc(slices.Clone(known), floor); len(options) > 0 {
		wanted = append(wanted, options[0], options[len(options)-1])
	}
	wanted = slices.Concat(wanted, inTurns(slices.DeleteFunc(slices.Clone(v.Lanes), func(l results.Lane) bool { return !in(known, l) })), inTurns(v.Lanes))
	var out []results.Lane
	for _, l := range wanted {
		if len(out) < most && !in(out, l) {
			out = append(out, l)
		}
	}
	return slices.DeleteFunc(sorted, func(l results.Lane) bool { return !in(out, l) })
}

// inTurns puts lanes into another order: the first of each transport, then the second of each, and so on.
func inTurns(lanes []results.Lane) []results.Lane {
	turn, of := map[string]int{}, map[string]int{}
	for _, l := range lanes {
		turn[l.Name] = of[l.Transport]
		of[l.Transport]++
	}
	out := slices.Clone(lanes)
	slices.SortStableFunc(out, func(a, b results.Lane) int { return cmp.Compare(turn[a.Name], turn[b.Name]) })
	return out
}

// leftOut names the lanes of the run that a picture does not draw; empty: it draws all.
func (v *view) leftOut(drawn []results.Lane) string {
	names := results.Names(slices.DeleteFunc(slices.Clone(v.Lanes), func(l results.Lane) bool { return in(drawn, l) }))
	if len(names) == 0 {
		return ""
	}
	return "Not drawn: " + strings.Join(names, ", ") + ". The tables have what is known of them, and a picture draws all lanes of a run of at most " +
		words.Thousands(mostLanes) + " (--lanes chooses)."
}
