package report

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// headline keeps the rows a reader looks at first.
func headline(d *results.Data, rows []results.SummaryRow) []results.SummaryRow {
	var out []results.SummaryRow
	for _, r := range rows {
		if d.Run.Headline(r.Metric) {
			out = append(out, r)
		}
	}
	return out
}

// hidden is the hint how to see the metrics that have no line; empty: all have one.
func hidden(shown, rows []results.SummaryRow, all string) string {
	n := len(byMetric(rows)) - len(byMetric(shown))
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d more %s: %s", n, words.Plural(n, "metric", "metrics"), all)
}
