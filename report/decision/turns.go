package decision

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Turn is the value of one property of the workload at which two options take the same.
type Turn struct {
	Of       string // the property, with its unit
	Resource string
	A, B     string // below the value A takes less, above it B
	At       stats.Interval
	Now      float64 // what the workload has
	Never    string  // the option that takes less whatever the value; empty: At says where it turns, or nothing is known
}

// property is one that a workload may have more or less of. All costs are linear in each.
type property struct {
	name     string
	resource string
	least    float64 // the smallest value that makes sense
	of       func(results.Workload) float64
	with     func(w *results.Workload, v float64)
}

// properties is THE TABLE of where a decision may turn.
func properties() []property {
	return []property{
		{
			"client messages a second from each user", coresName, 0,
			func(w results.Workload) float64 { return w.ClientRate }, func(w *results.Workload, v float64) { w.ClientRate = v },
		},
		{
			"reconnects of each user an hour", coresName, 0,
			func(w results.Workload) float64 { return w.Reconnects }, func(w *results.Workload, v float64) { w.Reconnects = v },
		},
		{
			"users", memoryName, 1,
			func(w results.Workload) float64 { return float64(w.Users) }, func(w *results.Workload, v float64) { w.Users = int(v) },
		},
	}
}

// turns are those between each two options, as far as the run has the figures.
func (d *Decision) turns() (out []Turn) {
	for _, p := range properties() {
		r := resourceOf(p.resource)
		for i, a := range d.Options {
			for _, b := range d.Options[i+1:] {
				if t, ok := d.turn(p, r, a, b); ok {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// turn is where two options take the same of a resource; false: some figure is missing.
func (d *Decision) turn(p property, r resource, a, b Option) (Turn, bool) {
	lineA, lineB := d.lines(p, r, a), d.lines(p, r, b)
	var at []float64
	above, crossings := 0, 0 // blocks in which B takes less above the crossing; blocks in which there is one
	less := map[string]int{}
	for block, x := range lineA {
		y, ok := lineB[block]
		if !ok {
			continue
		}
		v := (y.start - x.start) / (x.slope - y.slope)
		at = append(at, v)
		switch {
		case v > p.least && !math.IsInf(v, 0):
			crossings++
			if x.slope > y.slope {
				above++
			}
		case x.start+x.slope*p.of(d.Workload) < y.start+y.slope*p.of(d.Workload):
			less[a.Name]++
		default:
			less[b.Name]++
		}
	}
	if len(at) == 0 {
		return Turn{}, false
	}
	t := Turn{Of: p.name, Resource: r.name, A: a.Name, B: b.Name, Now: p.of(d.Workload), At: stats.Median(nil)}
	switch {
	case less[a.Name] == len(at):
		t.Never = a.Name
	case less[b.Name] == len(at):
		t.Never = b.Name
	case crossings == len(at) && (above == 0 || above == crossings):
		t.At = stats.Median(at)
		if above == 0 {
			t.A, t.B = t.B, t.A
		}
	}
	return t, true
}

// line is what an option takes in one trial over a property.
type line struct{ start, slope float64 }

// lines are those of all trials that have the figures.
func (d *Decision) lines(p property, r resource, o Option) map[int]line {
	const far = 1 << 20
	none, much := d.Workload, d.Workload
	p.with(&none, 0)
	p.with(&much, far)
	out := map[int]line{}
	for block, f := range o.trials {
		start, end := r.take(none, f), r.take(much, f)
		if !math.IsNaN(start) && !math.IsNaN(end) {
			out[block] = line{start, (end - start) / far}
		}
	}
	return out
}

func resourceOf(name string) resource {
	all := resources()
	return all[slices.IndexFunc(all, func(r resource) bool { return r.name == name })]
}
