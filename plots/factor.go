package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// factor shows each headline figure over the varied factor: lines where its levels are numbers, bars in groups where they are names.
func factor(v *view) (picture, error) {
	if v.Data.Run.Vary == nil {
		return skip("the run varies nothing"), nil
	}
	f := factorData{v: v, levels: newLevels(v.Data.Run.Vary)}
	metrics, constant := f.metrics()
	if len(metrics) == 0 {
		return skip("no headline figure differs between the levels of %s, or none was measured", f.key), nil
	}
	most := mostLanes
	if f.numbers == nil {
		most = mostOfHalf // each has a bar in every group
	}
	f.lanes = slices.DeleteFunc(v.most(most, metrics[0]), func(lane results.Lane) bool { return len(f.rows(metrics, lane)) == 0 })
	f.looks = v.looks(f.lanes)
	pic := picture{title: "Headline figures over " + f.key, caption: f.caption(metrics, constant)}
	pic.room = f.room(len(metrics))
	for _, metric := range metrics[:min(len(metrics), mostPanels)] {
		pic.panels = append(pic.panels, f.panel(metric))
	}
	pic.legend = f.legend(metrics)
	return pic, nil
}

// mostPanels are as many figures as a page of 16 x 12 cm has room for.
const mostPanels = 4

// factorData are the figures of a run at every level.
type factorData struct {
	levels

	v     *view
	lanes []results.Lane // that are drawn
	looks looks
}

// row is a figure of a lane at a level.
func (f factorData) row(metric string, lane results.Lane, level string) results.SummaryRow {
	return f.v.At(level).Row(lane.Name, metric)
}

// rows are the figures of a lane that are known, at all levels.
func (f factorData) rows(metrics []string, lane results.Lane) (out []results.SummaryRow) {
	for _, metric := range metrics {
		for _, level := range f.names {
			if r := f.row(metric, lane, level); r.N > 0 && drawable(r.Median) {
				out = append(out, r)
			}
		}
	}
	return out
}

// metrics are the headline figures to draw, and those that are one and the same everywhere.
func (f factorData) metrics() (drawn, constant []string) {
	seen, units := map[string]float64{}, map[string]string{}
	for _, r := range f.v.All {
		if r.N == 0 || r.Control || !drawable(r.Median) || !f.v.Data.Run.Headline(r.Metric) || slices.Contains(drawn, r.Metric) {
			continue
		}
		first, known := seen[r.Metric]
		switch {
		case !known:
			seen[r.Metric], units[r.Metric] = r.Median, r.Unit
			constant = append(constant, r.Metric)
		case !words.Same(first, r.Median):
			drawn = append(drawn, r.Metric)
		}
	}
	constant = slices.DeleteFunc(constant, func(m string) bool { return slices.Contains(drawn, m) })
	for i, m := range constant {
		constant[i] = m + " " + words.UnitOf(m, units[m]).Number(seen[m])
	}
	return f.inOrder(drawn), constant
}

// inOrder puts metrics into the order of the summary.
func (f factorData) inOrder(metrics []string) (out []string) {
	for _, r := range f.v.All {
		if slices.Contains(metrics, r.Metric) && !slices.Contains(out, r.Metric) {
			out = append(out, r.Metric)
		}
	}
	return out
}

// room is the height of a panel.
func (f factorData) room(panels int) vg.Length {
	switch {
	case f.numbers == nil:
		return 18 + vg.Length(len(f.names))*groupRoom(len(f.lanes))
	case panels <= mostCols:
		return linesRoom
	default:
		return 102
	}
}

// panel draws a metric of all lanes.
func (f factorData) panel(metric string) panel {
	p := axes()
	u := words.Unit("")
	low, high := math.Inf(1), 0.0
	for _, lane := range f.lanes {
		for _, r := range f.rows([]string{metric}, lane) {
			u = words.UnitOf(metric, r.Unit)
			for _, y := range reaches(r) {
				low, high = min(low, y), max(high, y)
			}
		}
	}
	if f.numbers == nil {
		unit := fromZero(&p.X, high, u, f.v.ticks(mostCols))
		f.groupAxis(&p.Y)
		p.Add(grid(false), factorBars{data: f, metric: metric})
		return panel{metric + unit, p}
	}
	p.Add(grid(true))
	for i, lane := range f.lanes {
		off := 1.8 * vg.Length(float64(i)-float64(len(f.lanes)-1)/2)
		p.Add(factorLine{points: f.points(metric, lane), look: f.looks[lane.Name], off: off})
	}
	f.axis(&p.X)
	if low > 0 && high > steep*low {
		logarithmic(&p.Y, low, high, u)
		return panel{metric + ", logarithmic axis", p}
	}
	return panel{metric + fromZero(&p.Y, high*1.05, u, 6), p}
}

// reaches are the values a row draws.
func reaches(r results.SummaryRow) []float64 {
	out := []float64{r.Median}
	if drawable(r.Low) && drawable(r.High) {
		return append(out, r.Low, r.High)
	}
	for _, t := range r.Values {
		if drawable(t.Value) {
			out = append(out, t.Value)
		}
	}
	return out
}

// caption compares the first figure at the first level and at the last.
func (f factorData) caption(metrics, constant []string) caption {
	first, last := f.names[0], f.names[len(f.names)-1]
	var found finding
	for _, lane := range f.lanes {
		a, b := f.row(metrics[0], lane, first), f.row(metrics[0], lane, last)
		if a.N == 0 || b.N == 0 {
			continue
		}
		u := words.UnitOf(metrics[0], b.Unit)
		b.Comparison = b.Across
		text := fmt.Sprintf("%s from %s to %s", lane.Name, u.Number(a.Median), u.Number(b.Median))
		found.full = append(found.full, text+words.Comparison(b))
		if c := words.Compared(b); c != "" {
			text += ", " + c
		}
		found.short = append(found.short, text)
	}
	what := fmt.Sprintf("%s, with %s from %s to %s: ", metrics[0], f.key, f.label(0), f.label(len(f.names)-1))
	if len(found.short) > 0 {
		found.short[0], found.full[0] = what+found.short[0], what+found.full[0]
	}
	var rows []results.SummaryRow
	for _, lane := range f.lanes {
		rows = append(rows, f.rows(metrics, lane)...)
	}
	c := f.v.captionOf(found, rows, source{at: []string{fmt.Sprintf("%d levels", len(f.names))}, of: f.lanes})
	if len(constant) > 0 {
		c.notes = append(c.notes, "The same at every level of every lane: "+strings.Join(constant, ", ")+".")
	}
	if len(metrics) > mostPanels {
		c.notes = append(c.notes, "In the tables alone: "+strings.Join(metrics[mostPanels:], ", ")+".")
	}
	return c
}
