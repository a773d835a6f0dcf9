package words

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
)

// Figure is a row in one line: of whom, what, with its interval, how it compares, and from how many trials.
func Figure(r results.SummaryRow) string {
	u := UnitOf(r.Metric, r.Unit)
	figure := Join(u.Number(r.Median), u.Interval(r.Median, r.Low, r.High))
	return fmt.Sprintf("%s, %s: %s%s (%d %s)", r.Contestant(), r.Metric, figure, Comparison(r), r.N, Plural(r.N, "trial", "trials"))
}
