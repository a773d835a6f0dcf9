package plots

import (
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// glance is the verdicts of many lanes on one screen: a line a lane, a column a metric.
type glance struct {
	Metrics []string
	Rows    []knob
}

// newGlance turns a table of a line for each metric and lane on its side; nil where nothing was measured.
func newGlance(v verdicts, lanes []results.Lane) *glance {
	if len(v.Metrics) == 0 {
		return nil
	}
	var g glance
	for _, m := range v.Metrics {
		g.Metrics = append(g.Metrics, m.Name)
	}
	for _, l := range lanes {
		row := knob{Name: l.Name}
		for _, m := range v.Metrics {
			row.Values = append(row.Values, m.glance(l.Name))
		}
		g.Rows = append(g.Rows, row)
	}
	return &g
}

// glance is the cell of a lane.
func (m metricVerdict) glance(lane string) string {
	for _, l := range m.Lanes {
		if l.Lane != lane {
			continue
		}
		text := strings.ReplaceAll(l.Median, " ", "\u00a0")
		if l.Ratio != "" {
			text += ", " + l.Ratio
		}
		if l.Sign == stats.Better {
			return "**" + text + "**"
		}
		return text
	}
	return ""
}
