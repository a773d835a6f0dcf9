package driver

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// Bar is what the probes may cost the server in a broadcast, as times its CPU without.
const Bar = 1.01

// Names of what is compared.
const (
	OwnCost  = "own-cost"
	ownProbe = "probes"
	ownNone  = "none"
)

// PairRows summarizes the pairs. A difference below the bar has no verdict.
func PairRows(s Settings, pairs []Pair) []results.SummaryRow {
	rows := func(metric string, lanes []string, of func(p Pair, lane string) float64) []results.SummaryRow {
		m := results.Metric{Name: metric, Unit: results.Seconds, Better: stats.Lower}
		return summarize(runOf(OwnCost, Bar-1, lanes, s.Probed), m, len(pairs), func(c results.Contestant, block int) float64 {
			return of(pairs[block-1], c.Lane)
		})
	}
	return append(
		rows("cpu_per_message", []string{ownNone, ownProbe}, func(p Pair, lane string) float64 {
			if lane == ownNone {
				return p.Plain / float64(p.Messages)
			}
			return p.Probed / float64(p.Messages)
		}),
		rows("cpu_per_reading", []string{ownProbe}, func(p Pair, _ string) float64 { return p.Reading / 2 })...)
}

// BelowBar is the error of probes that cost more than the bar for sure.
func BelowBar(rows []results.SummaryRow) error {
	for _, r := range rows {
		if r.Scenario == OwnCost && r.RatioLow > Bar {
			return fmt.Errorf("the probes cost the server more than %.2f times its CPU in a broadcast: %.4f [%.4f, %.4f]", Bar, r.Ratio, r.RatioLow, r.RatioHigh)
		}
	}
	return nil
}
