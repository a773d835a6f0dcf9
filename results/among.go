package results

import (
	"fmt"
	"slices"
	"strings"
)

// SelectionError means that somebody asked for lanes that a run does not have, or for something that these lanes do not make.
type SelectionError struct{ Reason error }

func (e SelectionError) Error() string { return e.Reason.Error() }
func (e SelectionError) Unwrap() error { return e.Reason }

// Among is a run of some of its lanes, in the order of their names, the first as the baseline, with the A/A control of that where the
// run has one. Whatever is computed from it compares with that baseline. Without names it is the whole run. The error is a
// SelectionError.
func (d *Data) Among(names []string) (*Data, error) {
	if len(names) == 0 {
		return d, nil
	}
	chosen, err := d.Run.chosen(names)
	if err != nil {
		return nil, SelectionError{Reason: err}
	}
	run := d.Run.ofLanes(chosen)
	run.Planned = d.Run.Planned * len(run.Lanes) / len(d.Run.Lanes)
	run.Precision = nil // which is about the ratios of all lanes
	kept := map[string]bool{}
	for _, l := range run.Lanes {
		kept[l.Name] = true
	}
	return &Data{Run: run, Rows: Rows{
		Samples:    only(d.Samples, func(s Sample) bool { return kept[s.Lane] }),
		Histograms: only(d.Histograms, func(h HistogramRow) bool { return kept[h.Lane] }),
		Losses:     only(d.Losses, func(l Loss) bool { return kept[l.Lane] }),
	}}, nil
}

// ofLanes is the run as if these of its lanes alone had been measured, the first as the baseline with its A/A control.
func (r Run) ofLanes(lanes []Lane) Run {
	names := Names(lanes)
	for _, l := range r.Lanes {
		if l.Control && l.Of == names[0] && !slices.Contains(names, l.Name) {
			lanes = append(lanes, l)
		}
	}
	names = Names(lanes)
	r.Lanes = lanes
	r.Trials = only(r.Trials, func(t Trial) bool { return slices.Contains(names, t.Lane) })
	return r
}

// chosen are the lanes of these names.
func (r Run) chosen(names []string) (chosen []Lane, err error) {
	all := r.Compared()
	for i, name := range names {
		at := slices.Index(Names(all), name)
		switch {
		case at < 0:
			return nil, fmt.Errorf("run %s has no lane %q: its lanes are %s", r.Name, name, strings.Join(Names(all), ", "))
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("lane %q is named twice: name each once, the first as the baseline", name)
		}
		chosen = append(chosen, all[at])
	}
	return chosen, nil
}

// only are the values that are kept, in their order.
func only[T any](all []T, keep func(T) bool) (out []T) {
	for _, v := range all {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}
