package driver

import (
	"fmt"
	"io"
	"math"
	"path"

	"golang.org/x/perf/benchfmt"

	"github.com/pushbench/pushbench/results"
)

// microGroup holds the rows of Go benchmarks.
const microGroup = "micro"

// microMetrics names the units of go test -bench as metrics.
func microMetrics() map[string]metric {
	return map[string]metric{
		"sec/op":    {name: "time_per_op", unit: results.Seconds},
		"B/op":      {name: "allocated_per_op", unit: results.Bytes},
		"allocs/op": {name: "allocations_per_op", unit: results.Count},
	}
}

// Micro makes rows of the output of go test -bench; the repetitions of -count are the values. name says where it comes
// from.
func Micro(in io.Reader, name string) (rows []Row, err error) {
	var order []Row
	values := map[Row][]float64{}
	r := benchfmt.NewReader(in, name)
	for r.Scan() {
		result, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		for _, v := range result.Values {
			m, ok := microMetrics()[v.Unit]
			if !ok {
				continue
			}
			key := Row{Group: microGroup, Case: path.Base(result.GetConfig("pkg")) + "." + result.Name.String(), Metric: m.name, Unit: m.unit}
			if values[key] == nil {
				order = append(order, key)
			}
			values[key] = append(values[key], v.Value)
		}
	}
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("read benchmarks: %w", err)
	}
	for _, key := range order {
		r := key
		r.Ratio = math.NaN()
		r.summarise(values[key])
		rows = append(rows, r)
	}
	return rows, nil
}
