package report

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// What carries over: by how much figures moved where they were measured again, with other numbers of connections, on another machine
// and with another thread. A reader of a run wants its figures for a service elsewhere; these are what is known of that.

// carryOverFile has what was measured, one row a metric and place. The test beside it makes it of the runs in results/carry-over and
// results/reference.
//
//go:embed carryover.csv
var carryOverFile string

// Places where a figure may be wanted: the columns of the table, and column to of the file.
const (
	toConnections = "connections"
	toMachine     = "machine"
	toThreads     = "threads"
)

// carriedMetric is a metric of the table, and why its figures carry over or do not.
type carriedMetric struct{ name, why string }

// carriedMetrics is that table.
func carriedMetrics() []carriedMetric {
	return []carriedMetric{
		{"memory_per_connection", "objects, stacks and buffers of a connection: the Go version, the kernel and the architecture set their size, not the speed of a CPU"},
		{"wire_bytes_per_message", "framing: the protocol sets it"},
		{"cpu_per_message", "mostly the kernel's work for a send, which takes what this CPU and this kernel take; lanes share it, so their ratio moves less"},
		{"cpu_per_handshake", "as of a message, with the parser and allocations of each lane"},
		{"delivery_latency_p50", "a message waits for the connections before its own: latency grows with their number and with CPU per message"},
		{"delivery_latency_p99", "the end of that queue, and whatever held up the server meanwhile"},
	}
}

// carries is the move up to which a figure carries over: as much as two runs of one machine may differ by.
const carries = 0.1

// spread is by how much a figure differed between two places, over lanes: shares, by which the larger of two was above the other.
type spread struct{ median, most float64 }

func (s spread) known() bool { return !math.IsNaN(s.median) }

// String is both bounds. A share of 1 and more is how many times the smaller one the larger was.
func (s spread) String() string {
	write := func(share float64) string {
		if share < 1 {
			return words.AtMost(share)
		}
		return words.Ratio(1 + share)
	}
	return write(s.median) + ", at most " + write(s.most)
}

// moved is by how much figures of a metric differed between two places, and their ratios to the first lane. NaN: not measured.
type moved struct{ figure, ratio spread }

// String says whether the figure carries over, or its ratio, and by how much either moved.
func (m moved) String() string {
	switch {
	case !m.figure.known():
		return "not measured"
	case m.figure.median <= carries:
		return "yes: " + m.figure.String()
	case !m.ratio.known():
		return "no: " + m.figure.String()
	case m.ratio.median <= carries:
		return fmt.Sprintf("as a ratio: %s (alone %s)", m.ratio, m.figure)
	default:
		return fmt.Sprintf("no: %s (as a ratio %s)", m.figure, m.ratio)
	}
}

// carryOver is the table of what carries over.
type carryOver struct {
	Within string    // the move up to which a figure does
	Rows   []fairRow // a metric: to other numbers of connections, to another machine, to a second thread, and why
}

// newCarryOver has a row for each of the metrics that is known.
func newCarryOver(file string, metrics []string) (out carryOver, err error) {
	known, err := readMoves(file)
	if err != nil {
		return out, fmt.Errorf("what carries over: %w", err)
	}
	out.Within = words.InPercent(carries)
	for _, m := range carriedMetrics() {
		if !slices.Contains(metrics, m.name) {
			continue
		}
		row := fairRow{Name: m.name}
		for _, to := range []string{toConnections, toMachine, toThreads} {
			one, ok := known[[2]string{m.name, to}]
			if !ok {
				one.figure.median = math.NaN()
			}
			row.Values = append(row.Values, one.String())
		}
		row.Values = append(row.Values, m.why)
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// readMoves reads the file: by metric and place. An empty cell is not measured.
func readMoves(file string) (map[[2]string]moved, error) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	out := map[[2]string]moved{}
	for _, r := range rows[min(1, len(rows)):] {
		var values [4]float64
		for i := range values {
			values[i] = math.NaN()
			if text := r[2+i]; text != "" {
				if values[i], err = strconv.ParseFloat(text, 64); err != nil {
					return nil, err
				}
			}
		}
		out[[2]string{r[0], r[1]}] = moved{spread{values[0], values[1]}, spread{values[2], values[3]}}
	}
	return out, nil
}

// metricsOf are the metrics that rows are of.
func metricsOf(rows []results.SummaryRow) (names []string) {
	for _, r := range rows {
		if !math.IsNaN(r.Median) && !slices.Contains(names, r.Metric) {
			names = append(names, r.Metric)
		}
	}
	return names
}
