package results

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/plain"
	"github.com/pushbench/pushbench/internal/wire"
)

// record hands out the cells of one line from left to right and keeps the first mistake.
type record struct {
	file    string
	line    int
	columns []string
	cells   []string
	next    int
	err     error
	words   map[string]string // that were read before, each kept once and apart from its line: files repeat few, very often
}

func (r *record) cell() string {
	r.next++
	return r.cells[r.next-1]
}

func (r *record) text() string {
	cell := r.cell()
	word, ok := r.words[cell]
	if !ok {
		word = strings.Clone(plain.Line(cell))
		if len(word) < longest {
			r.words[strings.Clone(cell)] = word
		}
	}
	return word
}

// longest is what is no word any more.
const longest = 100

func (r *record) count() int {
	cell := r.cell()
	v, err := strconv.Atoi(cell)
	if err != nil || v < 0 {
		r.fail("%q is not a count", cell)
	}
	return v
}

func (r *record) number() float64 {
	cell := r.cell()
	if cell == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.fail("%q is not a number", cell)
	}
	return v
}

func (r *record) seconds() time.Duration {
	cell := r.cells[r.next]
	v := r.number()
	// Beyond this a duration in ns no longer fits a float exactly, and soon not an int64.
	const most = 100 * 24 * time.Hour
	if !(math.Abs(v) <= most.Seconds()) {
		r.fail("%q is not a time within a trial", cell)
		return 0
	}
	return time.Duration(math.Round(v * 1e9))
}

// histogram checks the two cells a histogram ends with.
func (r *record) histogram(h HistogramRow) {
	d, err := wire.Histogram(h.HDR).Decode()
	switch {
	case err != nil:
		r.fail("%w", err)
	case d.TotalCount() != h.Count:
		r.fail("histogram holds %d values, count says %d", d.TotalCount(), h.Count)
	}
}

// fail blames the cell read last.
func (r *record) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d:%s: %w", r.file, r.line, r.columns[r.next-1], fmt.Errorf(format, args...))
	}
}
