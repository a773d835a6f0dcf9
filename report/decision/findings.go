package decision

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// finding compares the options in one resource with the first.
func finding(rows []results.SummaryRow) string {
	var parts []string
	for _, r := range rows[1:] {
		switch r.Verdict {
		case stats.Better, stats.Worse:
			parts = append(parts, r.Lane+" takes "+words.Ratio(r.Ratio))
		case stats.Same:
			parts = append(parts, r.Lane+" is "+words.Equal(r.Within))
		default:
			parts = append(parts, "no verdict on "+r.Lane)
		}
	}
	name := rows[0].Metric
	return fmt.Sprintf("%s, against %s: %s.", strings.ToUpper(name[:1])+name[1:], rows[0].Lane, strings.Join(parts, "; "))
}

// target says which options meet the target of latency of a load, and where none does, which comes nearest.
func (d *Decision) target(l results.Demand) string {
	var known, meet []results.SummaryRow
	for _, o := range d.options() {
		if r := d.row(o.Name, latency, l.Name); r.N > 0 {
			known = append(known, r)
			if r.Median <= l.P99.Seconds() {
				meet = append(meet, r)
			}
		}
	}
	at, within := d.conditions(l.Name).String(), words.Seconds.Number(l.P99.Seconds())
	if len(known) == 0 {
		return "Whether an option meets the target of latency is not known: no trial has latencies that can be compared."
	}
	if len(meet) > 0 {
		var names []string
		for _, r := range meet {
			names = append(names, r.Lane+" ("+words.Seconds.Number(r.Median)+")")
		}
		return fmt.Sprintf("The target of %s at the 99th percentile is met by %s, %s.", within, strings.Join(names, ", "), at)
	}
	best := slices.MinFunc(known, func(a, b results.SummaryRow) int { return cmp.Compare(a.Median, b.Median) })
	return fmt.Sprintf("No option meets the target of %s at the 99th percentile, %s; %s comes nearest with %s, %s of it.", within, at, best.Lane,
		words.Seconds.Number(best.Median), words.Ratio(best.Median/l.P99.Seconds()))
}

// row is that of a metric of a lane under a load: of its own broadcast where it has one, or else of the usual.
func (d *Decision) row(lane, metric, load string) results.SummaryRow {
	if r, ok := d.rows[lane][metric+"@"+load]; ok && r.N > 0 {
		return r
	}
	return d.rows[lane][metric]
}

// far is how many times more or less of a property than the workload has is still of interest.
const far = 100

// turnsInWords tells where the order of two options changes, and where it does not.
func (d *Decision) turnsInWords() (out []string) {
	never, open := map[string][]string{}, map[string][]string{}
	for _, t := range d.turns() {
		about, at := t.Resource+", over "+t.Of, t.At
		switch {
		case t.Never != "", t.Now > 0 && (at.Center > far*t.Now || at.Center < t.Now/far):
			never[about] = append(never[about], t.A+" and "+t.B)
		case words.Finite(at.Center):
			out = append(out, fmt.Sprintf("%s: %s takes less up to %s %s %s, and %s above.", t.Resource, t.A,
				words.Count.Number(at.Center), words.Count.Interval(at.Center, at.Low, at.High), t.Of, t.B))
		default:
			open[about] = append(open[about], t.A+" and "+t.B)
		}
	}
	for _, about := range slices.Sorted(maps.Keys(never)) {
		out = append(out, about+": the order does not change between "+strings.Join(never[about], ", between ")+".")
	}
	for _, about := range slices.Sorted(maps.Keys(open)) {
		out = append(out, about+": the trials disagree about the order between "+strings.Join(open[about], ", between ")+".")
	}
	return out
}
