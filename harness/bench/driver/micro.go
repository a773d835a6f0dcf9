package driver

import (
	"fmt"
	"io"
	"path"

	"golang.org/x/perf/benchfmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// microMetrics names the units of go test -bench as metrics.
func microMetrics() map[string]results.Metric {
	return map[string]results.Metric{
		"sec/op":    {Name: "time_per_op", Unit: results.Seconds, Better: stats.Lower},
		"B/op":      {Name: "allocated_per_op", Unit: results.Bytes, Better: stats.Lower},
		"allocs/op": {Name: "allocations_per_op", Unit: results.Count, Better: stats.Lower},
	}
}

// Micro summarizes the output of go test -bench, each benchmark on its own; the repetitions of -count are the values. name
// says where it comes from.
func Micro(in io.Reader, name string) (rows []results.SummaryRow, err error) {
	type place struct{ benchmark, unit string }
	var order []place
	values := map[place][]float64{}
	r := benchfmt.NewReader(in, name)
	for r.Scan() {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		for _, v := range result.Values {
			p := place{path.Base(result.GetConfig("pkg")) + "." + result.Name.String(), v.Unit}
			if values[p] == nil {
				order = append(order, p)
			}
			values[p] = append(values[p], v.Value)
		}
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("read benchmarks: %w", err)
	}
	for _, p := range order {
		if m, ok := microMetrics()[p.unit]; ok {
			run := runOf("micro", results.DefaultRelevant, []string{p.benchmark})
			rows = append(rows, summarize(run, m, len(values[p]), func(_ results.Contestant, block int) float64 { return values[p][block-1] })...)
		}
	}
	return rows, nil
}
