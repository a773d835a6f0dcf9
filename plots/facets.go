package plots

import (
	"fmt"
	"slices"

	"github.com/pushbench/pushbench/results"
)

// MostLines is the number of lanes that a table has room for side by side.
const MostLines = 6

// Facet is the lanes of one of several tables.
type Facet struct {
	Name  string
	Lanes []results.Lane
}

// Facets divides lanes by transport, in the order of the run. A transport with too many lanes for a table has several,
// and those with few share one.
func Facets(lanes []results.Lane) (out []Facet) {
	var transports []string
	of := map[string][]results.Lane{}
	for _, l := range lanes {
		if of[l.Transport] == nil {
			transports = append(transports, l.Transport)
		}
		of[l.Transport] = append(of[l.Transport], l)
	}
	open := false // the last facet takes more
	for _, t := range transports {
		panels := (len(of[t]) + MostLines - 1) / MostLines
		if panels == 1 && open && len(out[len(out)-1].Lanes)+len(of[t]) <= MostLines {
			last := &out[len(out)-1]
			last.Name, last.Lanes = last.Name+", "+t, append(last.Lanes, of[t]...)
			continue
		}
		each, i := (len(of[t])+panels-1)/panels, 0
		for some := range slices.Chunk(of[t], each) {
			i++
			name := t
			if panels > 1 {
				name = fmt.Sprintf("%s, %d of %d", t, i, panels)
			}
			out = append(out, Facet{name, slices.Clone(some)})
		}
		open = panels == 1
	}
	return out
}
