package report

import (
	"testing"

	"github.com/pushbench/pushbench/results"
)

func TestPrecisionInWords(t *testing.T) {
	wide := []results.Wide{
		{Lane: "tcp", Metric: "cpu_per_message", Resolution: 0.041, Blocks: 14},
		{Lane: "sse-gin", Metric: "handshake_time_p50"},
		{Lane: "sse-gin", Metric: "cpu_per_message", Resolution: 0.2},
		{Lane: "tcp", Metric: "delivery_latency_p50", Resolution: 0.31, Blocks: 220},
	}
	many := append(append([]results.Wide(nil), wide...), wide...)
	leftOut := []results.Wide{
		{Lane: "sse-gin", Metric: "memory_per_connection", Why: "a value is negative in a block"},
		{Lane: "tcp", Metric: "cpu_per_handshake", Why: "not measured"},
		{Lane: "tcp", Metric: "memory_per_connection", Why: "a value is negative in a block"},
	}
	for _, c := range []struct {
		p    *results.Precision
		want string
	}{
		{nil, ""},
		{&results.Precision{Goal: 0.03}, "Not precise to ±3% yet: the run is not finished."},
		{
			&results.Precision{Goal: 0.025, Ended: results.EndedPrecise, Blocks: 9, Compared: 18},
			"Precise to ±2.5% after 9 blocks: no interval of 18 ratios is wider.",
		},
		{
			&results.Precision{Goal: 0.03, Budget: 1800, Ended: results.EndedBudget, Blocks: 12, Compared: 18, Wide: wide},
			"Not precise to ±3% after 12 blocks, where the budget of 30m ended: sse-gin handshake_time_p50 (no interval), " +
				"tcp delivery_latency_p50 ±31% (about 220 blocks), sse-gin cpu_per_message ±20%, tcp cpu_per_message ±4.1% (about 14 blocks).",
		},
		{
			&results.Precision{Goal: 0.03, Budget: 7200, Ended: results.EndedBudget, Blocks: 300, Wide: many},
			"Not precise to ±3% after 300 blocks, where the budget of 2h ended: sse-gin handshake_time_p50 (no interval), " +
				"sse-gin handshake_time_p50 (no interval), tcp delivery_latency_p50 ±31%, tcp delivery_latency_p50 ±31%, " +
				"sse-gin cpu_per_message ±20%, sse-gin cpu_per_message ±20%, and 2 more in run.json.",
		},
		{
			&results.Precision{Goal: 0.03, Budget: 90, Ended: results.EndedBudget, Blocks: 9, NarrowSince: 9},
			"Not precise to ±3% after 9 blocks, where the budget of 1m30s ended: all intervals were narrow enough in the last block, " +
				"and had to be in two in succession.",
		},
		{
			&results.Precision{Goal: 0.03, Ended: results.EndedFailing, Blocks: 9, Wide: wide[:1]},
			"Not precise to ±3%: block 9 has no trial that counts, and none was added: tcp cpu_per_message ±4.1% (about 14 blocks).",
		},
		{
			&results.Precision{Goal: 0.03, Ended: results.EndedNothing, Blocks: 6, LeftOut: leftOut},
			"Not precise to ±3%: no metric that was waited for has a ratio. Without a ratio, and not waited for: " +
				"sse-gin memory_per_connection, tcp memory_per_connection (a value is negative in a block); tcp cpu_per_handshake (not measured).",
		},
	} {
		if got := precision(c.p); got != c.want {
			t.Errorf("%+v:\n got %s\nwant %s", c.p, got, c.want)
		}
	}
}
