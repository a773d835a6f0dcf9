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
	A, B     string         // below the value A takes less, above it B
	At       stats.Interval // without a center: it is not known where
	Now      float64        // what the workload has
	Never    string         // the option that takes less whatever the value; empty: At says where it turns
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
			"client messages a second from each user", "cores", 0,
			func(w results.Workload) float64 { return w.ClientRate }, func(w *results.Workload, v float64) { w.ClientRate = v },
		},
		{
			"reconnects of each user an hour", "cores", 0,
			func(w results.Workload) float64 { return w.Reconnects }, func(w *results.Workload, v float64) { w.Reconnects = v },
		},
		{
			"users", "memory after traffic", 1,
			func(w results.Workload) float64 { return float64(w.Users) }, func(w *results.Workload, v float64) { w.Users = int(v) },
		},
	}
}

// turns are those between each two options, as far as the run has the figures.
func (d *Decision) turns() (out []Turn) {
	for _, p := range properties() {
		for i, a := range d.options() {
			for _, b := range d.options()[i+1:] {
				if t, ok := d.turn(p, a.Name, b.Name); ok {
					out = append(out, t)
				}
			}
		}
	}
	return out
}

// turn is where two options take the same of a resource; false: some figure is missing.
func (d *Decision) turn(p property, a, b string) (Turn, bool) {
	var at []float64
	orders := map[[2]string]bool{} // who takes less below and above
	take := resourceOf(p.resource).take
	for block, f := range d.trials[a] {
		more := func(v float64) float64 { // than b
			w := d.Workload
			p.with(&w, v)
			return take(w, f) - take(w, d.trials[b][block])
		}
		const far = 1 << 20
		start := more(p.least)
		slope := (more(p.least+far) - start) / far
		if math.IsNaN(start) || math.IsNaN(slope) {
			continue
		}
		order := [2]string{a, a}
		if start > 0 || start == 0 && slope > 0 {
			order = [2]string{b, b}
		}
		if crossing := p.least - start/slope; slope != 0 && crossing > p.least {
			at = append(at, crossing)
			order[1] = map[string]string{a: b, b: a}[order[0]]
		}
		orders[order] = true
	}
	t := Turn{Of: p.name, Resource: p.resource, A: a, B: b, Now: p.of(d.Workload), At: stats.Median(nil)}
	if len(orders) == 1 {
		for order := range orders {
			t.A, t.B = order[0], order[1]
		}
		if t.At = stats.Median(at); t.A == t.B {
			t.A, t.B, t.Never = a, b, t.A
		}
	}
	return t, len(orders) > 0
}

func resourceOf(name string) resource {
	all := resources()
	return all[slices.IndexFunc(all, func(r resource) bool { return r.name == name })]
}
