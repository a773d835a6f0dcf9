package report

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// columns are the verdicts without intervals, for one screen: the metrics, and for each lane a column. Each begins with its head.
func (v verdicts) columns(cell func(laneVerdict) string) [][]string {
	metrics := []string{"metric"}
	var lanes []string
	for _, m := range v.Metrics {
		metrics = append(metrics, m.Name)
		for _, l := range m.Lanes {
			if !slices.Contains(lanes, l.Lane) {
				lanes = append(lanes, l.Lane)
			}
		}
	}
	out := [][]string{metrics}
	for _, lane := range lanes {
		column := []string{lane}
		for _, m := range v.Metrics {
			text := ""
			if i := slices.IndexFunc(m.Lanes, func(l laneVerdict) bool { return l.Lane == lane }); i >= 0 {
				text = cell(m.Lanes[i])
			}
			column = append(column, text)
		}
		out = append(out, column)
	}
	return out
}

// Overview is the same as Markdown, line by line: a line a metric, or where there are more lanes than metrics, a line a lane.
func (v verdicts) Overview() [][]string {
	table := v.columns(v.brief)
	for i, metric := range table[0][1:] {
		table[0][i+1] = plain.Code(metric)
	}
	for _, column := range table[1:] {
		column[0] = plain.Markdown(column[0])
	}
	table[0][0] = ""
	if len(table) > len(table[0]) {
		return table
	}
	return transposed(table)
}

// brief is a cell of it.
func (v verdicts) brief(l laneVerdict) string {
	text := strings.ReplaceAll(l.Median, " ", glue)
	if l.Times != "" {
		text += ", " + l.Times
	}
	switch {
	case l.Sign == stats.Better:
		return "**" + text + "**"
	case l.Sign == stats.Worse, l.Short == "", v.Few != "":
		return text
	default:
		return text + ", " + l.Short
	}
}

// Legend says how to read it.
func (v verdicts) Legend() string {
	text := v.legend(plain.Code(v.Baseline))
	if v.Comparisons > 0 {
		text += "; **bold** is better"
	}
	return words.Join(text+".", v.Counts, plain.Markdown(v.constants()))
}

// legend says what figures are.
func (v verdicts) legend(baseline string) string {
	text := "Medians"
	if v.several() {
		text += ", and how many times that of " + baseline + " each is"
	}
	if v.Comparisons > 0 {
		text += ", unless equal"
	}
	return text
}

// several reports whether a figure of the table has something beside it.
func (v verdicts) several() bool {
	return slices.ContainsFunc(v.Metrics, func(m metricVerdict) bool { return len(m.Lanes) > 1 })
}

func transposed(columns [][]string) [][]string {
	lines := make([][]string, len(columns[0]))
	for _, column := range columns {
		for i, cell := range column {
			lines[i] = append(lines[i], cell)
		}
	}
	return lines
}
