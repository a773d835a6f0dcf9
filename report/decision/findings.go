package decision

import (
	"cmp"
	"fmt"
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

// target says which options meet the target of latency at the measured load, and where none does, which comes nearest.
func (d *Decision) target() string {
	want := d.Workload.P99
	var known, meet []results.SummaryRow
	for _, o := range d.options() {
		if r := d.rows[o.Name]["delivery_latency_p99"]; r.N > 0 {
			known = append(known, r)
			if r.Median <= want.Seconds() {
				meet = append(meet, r)
			}
		}
	}
	if len(known) == 0 {
		return "Whether an option meets the target of latency is not known: no trial has latencies that can be compared."
	}
	at := "with " + words.Thousands(d.Measured.Connections) + " connections"
	if len(meet) > 0 {
		var names []string
		for _, r := range meet {
			names = append(names, r.Lane+" ("+words.Seconds.Number(r.Median)+")")
		}
		return fmt.Sprintf("The target of %v at the 99th percentile is met %s by: %s.", want, at, strings.Join(names, ", "))
	}
	best := slices.MinFunc(known, func(a, b results.SummaryRow) int { return cmp.Compare(a.Median, b.Median) })
	return fmt.Sprintf("No option meets the target of %v at the 99th percentile %s; %s comes nearest with %s, %s of it.", want, at, best.Lane,
		words.Seconds.Number(best.Median), words.Ratio(best.Median/want.Seconds()))
}
