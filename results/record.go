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

// record is one cell of one line after another, and the first mistake in them.
type record struct {
	file   string
	line   int
	column string
	cell   string
	err    error
	words  map[string]string // that were read before, each kept once and apart from its line: files repeat few, very often
}

func (r *record) text() string {
	word, ok := r.words[r.cell]
	if !ok {
		word = strings.Clone(plain.Line(r.cell))
		if len(word) < longest {
			r.words[strings.Clone(r.cell)] = word
		}
	}
	return word
}

// longest is the longest word to keep.
const longest = 100

func (r *record) count() int {
	v, err := strconv.Atoi(r.cell)
	if err != nil || v < 0 {
		r.fail("%q is not a count", r.cell)
	}
	return v
}

func (r *record) number() float64 {
	if r.cell == "" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(r.cell, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.fail("%q is not a number", r.cell)
	}
	return v
}

func (r *record) seconds() time.Duration {
	v := r.number()
	// Beyond this a duration in ns no longer fits a float exactly, and soon not an int64.
	const most = 100 * 24 * time.Hour
	if !(math.Abs(v) <= most.Seconds()) {
		r.fail("%q is not a time within a trial", r.cell)
		return 0
	}
	return time.Duration(math.Round(v * 1e9))
}

// histogram holds the cell against the number of values it must have.
func (r *record) histogram(count int64) string {
	text := strings.Clone(r.cell)
	d, err := wire.Histogram(text).Decode()
	switch {
	case err != nil:
		r.fail("%w", err)
	case d.TotalCount() != count:
		r.fail("histogram holds %d values, count says %d", d.TotalCount(), count)
	}
	return text
}

func (r *record) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s:%d:%s: %w", r.file, r.line, r.column, fmt.Errorf(format, args...))
	}
}
