package decision

import (
	"fmt"
	"math"
	"strings"

	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// findings say of each resource whether the options differ, in one sentence.
func (d *Decision) findings() (out []string) {
	for _, r := range d.Takes {
		out = append(out, d.finding(r))
	}
	if d.Workload.P99 > 0 {
		out = append(out, d.target())
	}
	return out
}

// finding compares the options in one resource with the first.
func (d *Decision) finding(r Row) string {
	var parts []string
	for i, c := range r.Cells[1:] {
		name := d.Options[i+1].Name
		switch c.Verdict {
		case stats.Better, stats.Worse:
			parts = append(parts, name+" takes "+words.Ratio(c.Ratio.Center))
		case stats.Same:
			parts = append(parts, name+" is "+words.Equal(stats.Within(c.Ratio)))
		default:
			parts = append(parts, name+" is not known")
		}
	}
	return fmt.Sprintf("%s, against %s: %s.", strings.ToUpper(r.Name[:1])+r.Name[1:], d.Options[0].Name, strings.Join(parts, "; "))
}

// target says which options meet the target of latency at the measured load, and where none does, which comes nearest.
func (d *Decision) target() string {
	var meet []string
	nearest, best := "", math.Inf(1)
	for _, o := range d.Options {
		r, ok := o.rows["delivery_latency_p99"]
		if !ok || !words.Finite(r.Median) {
			continue
		}
		if r.Median <= d.Workload.P99.Seconds() {
			meet = append(meet, o.Name+" ("+words.Seconds.Number(r.Median)+")")
		}
		if r.Median < best {
			nearest, best = o.Name, r.Median
		}
	}
	at := "with " + words.Thousands(d.Measured.Connections) + " connections"
	switch {
	case len(meet) > 0:
		return fmt.Sprintf("The target of %v at the 99th percentile is met %s by: %s.", d.Workload.P99, at, strings.Join(meet, ", "))
	case nearest != "":
		return fmt.Sprintf("No option meets the target of %v at the 99th percentile %s; %s comes nearest with %s, %s of it.", d.Workload.P99, at, nearest,
			words.Seconds.Number(best), words.Ratio(best/d.Workload.P99.Seconds()))
	default:
		return "Whether an option meets the target of latency is not known: no trial has latencies that can be compared."
	}
}
