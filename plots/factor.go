package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// factor shows each headline figure over the varied factor: lines where its levels are numbers, bars in groups where they are names.
func factor(v *view) (picture, error) {
	if v.Data.Run.Vary == nil {
		return skip("the run varies nothing"), nil
	}
	l := newLevels(v.Data.Run.Vary)
	f := factorData{v: v, levels: l}
	metrics, constant := f.metrics()
	if len(metrics) == 0 {
		return skip("no headline figure differs between the levels of %s, or none was measured", l.key), nil
	}
	lanes := slices.DeleteFunc(slices.Clone(v.Lanes), func(lane results.Lane) bool { return len(f.rows(metrics, lane)) == 0 })
	pic := picture{caption: f.caption(metrics, constant, lanes)}
	groups := []Facet{{Lanes: lanes}}
	if len(lanes) > MostLines {
		groups = Facets(lanes)
	}
	for _, metric := range metrics {
		for _, group := range groups {
			m := multiple{room: f.room(len(group.Lanes))}
			m.panel, m.heading = f.panel(metric, group.Lanes, lanes)
			if len(groups) > 1 {
				m.heading, m.legend = m.heading+": "+group.Name, f.legend(group.Lanes)
			}
			pic.multiples = append(pic.multiples, m)
		}
	}
	if len(groups) == 1 {
		pic.legend = f.legend(lanes)
	}
	pic.legend = append(pic.legend, f.marks(metrics, lanes)...)
	return pic, nil
}

// factorData are the figures of a run at every level.
type factorData struct {
	v *view
	levels
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
func (f factorData) room(lanes int) vg.Length {
	if f.numbers != nil {
		return multipleRoom
	}
	return max(multipleRoom, 34+vg.Length(len(f.names))*groupRoom(lanes))
}

// panel draws a metric with some lanes in their colours, and all others behind them where they are lines.
func (f factorData) panel(metric string, shown, all []results.Lane) (p *plot.Plot, heading string) {
	p = panel("", "")
	u := words.Unit("")
	low, high := math.Inf(1), 0.0
	for _, lane := range all {
		for _, r := range f.rows([]string{metric}, lane) {
			u = words.UnitOf(metric, r.Unit)
			for _, y := range reaches(r) {
				low, high = min(low, y), max(high, y)
			}
		}
	}
	if f.numbers == nil {
		fromZero(&p.X, high, u)
		f.groupAxis(&p.Y)
		p.Add(grid(false), factorBars{data: f, metric: metric, lanes: shown})
		return p, metric + suffixOf(&p.X)
	}
	p.Add(grid(true))
	for _, lane := range all {
		if !in(shown, lane) {
			p.Add(factorLine{points: f.points(metric, lane), line: otherLine()})
		}
	}
	for i, lane := range shown {
		off := 1.8 * vg.Length(float64(i)-float64(len(shown)-1)/2)
		p.Add(factorLine{points: f.points(metric, lane), line: laneLine(lane), lane: &shown[i], off: off})
	}
	f.axis(&p.X, multipleRoomAcross)
	if low > 0 && high > steep*low {
		logarithmic(&p.Y, low, high, u)
		return p, metric
	}
	fromZero(&p.Y, high*1.05, u)
	return p, metric + suffixOf(&p.Y)
}

// suffixOf takes the prefix of an axis from its label: the heading has it.
func suffixOf(a *plot.Axis) string {
	suffix := a.Label.Text
	a.Label.Text = ""
	return suffix
}

// multipleRoomAcross is about how long the horizontal axis of a panel is.
const multipleRoomAcross = 160

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
func (f factorData) caption(metrics, constant []string, lanes []results.Lane) string {
	first, last := f.names[0], f.names[len(f.names)-1]
	var parts []string
	for _, lane := range lanes {
		a, b := f.row(metrics[0], lane, first), f.row(metrics[0], lane, last)
		if a.N == 0 || b.N == 0 {
			continue
		}
		u := words.UnitOf(metrics[0], b.Unit)
		across := b
		across.Comparison = b.Across
		parts = append(parts, lane.Name+" from "+u.Number(a.Median)+" to "+u.Number(b.Median)+words.Comparison(across))
	}
	if more := len(parts) - words.MostNamed; more > 0 {
		parts = append(parts[:words.MostNamed], fmt.Sprintf("%d other lanes are in the table", more))
	}
	sentence := fmt.Sprintf("Headline figures at %d levels of %s", len(f.names), f.key)
	if len(parts) > 0 {
		sentence = fmt.Sprintf("%s, with %s from %s to %s: %s", metrics[0], f.key, first, last, strings.Join(parts, "; "))
	}
	var rows []results.SummaryRow
	for _, lane := range lanes {
		rows = append(rows, f.rows(metrics, lane)...)
	}
	text := f.v.captionOf(sentence, "medians of trials", rows)
	if len(constant) > 0 {
		text += " The same at every level of every lane: " + strings.Join(constant, ", ") + "."
	}
	return words.Join(text, f.v.absent(lanes))
}
