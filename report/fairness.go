package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// fairness is the settings that the lanes of a run state, and those that were measured and read.
type fairness struct {
	Lanes       []string // columns of Table
	Table       []fairRow
	Alike       []results.Setting // of many lanes: what all of them have in common, and the rest in tables of few columns
	Tables      []fairTable
	Differences []string // one sentence for each lane but the baseline
	Warnings    []string // of lanes that differ from what they state, or from each other in what they do not state
}

// fairRow is a row of the fairness table: one value a lane.
type fairRow struct {
	Name   string
	Values []string
}

// fairTable is the part of the table that is about some lanes.
type fairTable struct {
	Name  string
	Lanes []string
	Table []fairRow
}

// divide takes what all lanes have in common out of the table, and gives the lanes of each transport one of their own: a page
// is not as wide as many lanes.
func (f *fairness) divide(lanes []results.Lane) {
	var rest []fairRow
	for _, k := range f.Table {
		if len(slices.Compact(slices.Clone(k.Values))) == 1 {
			f.Alike = append(f.Alike, results.Setting{Name: k.Name, Value: k.Values[0]})
		} else {
			rest = append(rest, k)
		}
	}
	for _, some := range plots.Facets(lanes) {
		t := fairTable{Name: some.Name}
		for _, k := range rest {
			t.Table = append(t.Table, fairRow{Name: k.Name})
		}
		for _, l := range some.Lanes {
			i := slices.IndexFunc(lanes, func(o results.Lane) bool { return o.Name == l.Name })
			t.Lanes = append(t.Lanes, l.Name)
			for row := range rest {
				t.Table[row].Values = append(t.Table[row].Values, rest[row].Values[i])
			}
		}
		f.Tables = append(f.Tables, t)
	}
}

// figures are the metrics of the table: what the settings come to.
func figures() []string {
	return []string{"goroutines_per_connection", "descriptors_per_connection", "heap_per_connection", "wire_bytes_per_message"}
}

// tolerance is how far a measured value may be from the stated one: a slope contains the goroutine or two that the runtime
// starts and ends between levels, which few connections share.
func tolerance(v *results.View) float64 {
	least, most := v.Connections(results.PhaseLevel)
	return 0.1 + 2/math.Max(float64(most-least), 1)
}

func newFairness(d *results.Data) (fairness, error) {
	rows, err := results.Figures(d, figures()...)
	if err != nil {
		return fairness{}, err
	}
	v, read := results.NewView(d, rows), readSettings(d)
	f := fairness{Table: stated(d.Run.Compared())}
	for _, metric := range figures() {
		f.Table = append(f.Table, measured(v, metric)...)
	}
	for _, s := range read {
		f.Table = append(f.Table, s.fairRow(d.Run.Compared()))
	}
	f.Table = append(f.Table, processes(d.Run)...)
	f.Lanes = results.Names(d.Run.Compared())
	f.Differences = differences(d.Run.Compared(), read)
	f.Warnings = slices.Concat(broken(v), unstated(d.Run.Compared(), read))
	if len(f.Lanes) > plots.MostLines {
		f.divide(d.Run.Compared())
	}
	return f, nil
}

// stated lines up the settings of all lanes by name, in the order they first appear.
func stated(lanes []results.Lane) []fairRow {
	transport, tag := fairRow{Name: "transport"}, fairRow{Name: "tag"}
	var rest []fairRow
	for i, l := range lanes {
		transport.Values, tag.Values = append(transport.Values, l.Transport), append(tag.Values, l.Tag)
		for _, k := range l.Settings {
			at := slices.IndexFunc(rest, func(r fairRow) bool { return r.Name == k.Name })
			if at < 0 {
				at = len(rest)
				rest = append(rest, fairRow{Name: k.Name, Values: make([]string, len(lanes))})
			}
			rest[at].Values[i] = k.Value
		}
	}
	return append([]fairRow{transport, tag}, rest...)
}

// measured is the row of a metric; none where no lane has it.
func measured(v *results.View, metric string) []fairRow {
	if len(v.Known(metric)) == 0 {
		return nil
	}
	k := fairRow{Name: strings.ReplaceAll(metric, "_", " ") + ", measured"}
	for _, l := range v.Lanes {
		r := v.Row(l.Name, metric)
		k.Values = append(k.Values, words.UnitOf(metric, r.Unit).Number(r.Median))
	}
	return []fairRow{k}
}

// fairRow is the row of a setting.
func (s setting) fairRow(lanes []results.Lane) fairRow {
	k := fairRow{Name: s.Name + ", as read"}
	for _, l := range lanes {
		text := s.text(l.Name)
		if text == "" && l.UDP && s.ofSocket() {
			text = "none: UDP"
		}
		k.Values = append(k.Values, orUnknown(text))
	}
	return k
}

// broken lists the lanes whose measured values are not those they state.
func broken(v *results.View) (out []string) {
	for _, l := range v.Lanes {
		for _, k := range l.Settings {
			r := v.Row(l.Name, k.Metric)
			if k.Metric == "" || math.IsNaN(r.Median) || math.Abs(r.Median-k.Number) <= tolerance(v) {
				continue
			}
			u := words.UnitOf(k.Metric, r.Unit)
			out = append(out, fmt.Sprintf("%s states %s %s, and %s were measured", l.Name, u.Number(k.Number), k.Name, u.Number(r.Median)))
		}
	}
	return out
}

// unstated lists settings in which lanes differ without stating it, and those that were read to be other than stated.
func unstated(lanes []results.Lane, read []setting) (out []string) {
	for _, s := range read {
		var silent []results.Lane
		for _, l := range lanes {
			is := s.text(l.Name)
			if is == "" {
				continue
			}
			if s.mixed(l.Name) && !s.tuned() {
				out = append(out, fmt.Sprintf("%s is not set alike in all of its connections and trials: %s %s", l.Name, s.Name, is))
			}
			states, ok := states(l, s.Name)
			switch {
			case !ok:
				silent = append(silent, l)
			case states != is:
				out = append(out, fmt.Sprintf("%s states %s %s, and %s was read", l.Name, s.Name, states, is))
			}
		}
		if !s.alike(silent) {
			out = append(out, fmt.Sprintf("lanes differ in %s, which no row of theirs states: %s", s.Name, s.list(silent)))
		}
	}
	return out
}

// states is what a lane states of a setting.
func states(l results.Lane, name string) (value string, ok bool) {
	i := slices.IndexFunc(l.Settings, func(k results.Setting) bool { return k.Name == name })
	if i < 0 {
		return "", false
	}
	return l.Settings[i].Value, true
}

// list is the values read of lanes.
func (s setting) list(lanes []results.Lane) string {
	var out []string
	for _, l := range lanes {
		out = append(out, l.Name+" "+s.text(l.Name))
	}
	return strings.Join(out, ", ")
}

// differences lists for each lane the settings in which it differs from the baseline.
func differences(lanes []results.Lane, read []setting) (out []string) {
	if len(lanes) < 2 {
		return nil
	}
	base := lanes[0]
	for i, l := range lanes[1:] {
		var names []string
		for _, k := range stated(lanes) {
			if k.Name != "tag" && k.Values[0] != k.Values[i+1] {
				names = append(names, k.Name)
			}
		}
		for _, s := range read {
			if s.of[base.Name] != nil && s.of[l.Name] != nil && !s.alike([]results.Lane{base, l}) && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
		if len(names) == 0 {
			names = []string{"no setting of the table"}
		}
		out = append(out, fmt.Sprintf("%s differs from %s in: %s", l.Name, base.Name, strings.Join(names, ", ")))
	}
	return out
}
