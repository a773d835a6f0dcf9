package report

import (
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// overview is the verdicts of many lanes on one screen: a line a lane, a column a metric.
type overview struct {
	Metrics []string
	Rows    []fairRow
}

// newOverview turns a table of a line for each metric and lane on its side; nil where nothing was measured.
func newOverview(v verdicts, lanes []results.Lane) *overview {
	if len(v.Metrics) == 0 {
		return nil
	}
	var g overview
	for _, m := range v.Metrics {
		g.Metrics = append(g.Metrics, m.Name)
	}
	for _, l := range lanes {
		row := fairRow{Name: l.Name}
		for _, m := range v.Metrics {
			row.Values = append(row.Values, m.overview(l.Name))
		}
		g.Rows = append(g.Rows, row)
	}
	return &g
}

// overview is the cell of a lane.
func (m metricVerdict) overview(lane string) string {
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
