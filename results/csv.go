package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// file is one of the run's CSV files. Its columns are written in their order and read by name: a file may have others as
// well, and in another order.
type file[T any] struct {
	name    string
	columns []column[T]
}

// column is a cell of every row.
type column[T any] struct {
	name string
	cell func(*T) string
	read func(*record, *T) // nil: the file is only written
	old  func(*T)          // fills in what a file means that was written before there was this column; nil: it is needed
}

// textColumn is a column of a string.
func textColumn[T any](name string, at func(*T) *string) column[T] {
	return column[T]{name: name, cell: func(t *T) string { return *at(t) }, read: func(r *record, t *T) { *at(t) = r.text() }}
}

// countColumn is a column of a whole number from 0.
func countColumn[T any](name string, at func(*T) *int) column[T] {
	return column[T]{name: name, cell: func(t *T) string { return strconv.Itoa(*at(t)) }, read: func(r *record, t *T) { *at(t) = r.count() }}
}

// written is a column that is not read.
func written[T any](name string, cell func(*T) string) column[T] {
	return column[T]{name: name, cell: cell}
}

// since is the column, which older files do not have.
func since[T any](c column[T], old func(*T)) column[T] {
	c.old = old
	return c
}

// asBefore is what a file without a column means where nothing is to fill in.
func asBefore[T any](*T) {}

func samplesFile() file[Sample] {
	type row = Sample
	return file[row]{"samples.csv", []column[row]{
		textColumn("run", func(s *row) *string { return &s.Run }),
		textColumn("scenario", func(s *row) *string { return &s.Scenario }),
		textColumn("lane", func(s *row) *string { return &s.Lane }),
		since(textColumn("level", func(s *row) *string { return &s.Level }), asBefore),
		countColumn("block", func(s *row) *int { return &s.Block }),
		countColumn("trial", func(s *row) *int { return &s.Trial }),
		countColumn("connections", func(s *row) *int { return &s.Connections }),
		textColumn("phase", func(s *row) *string { return &s.Phase }),
		{
			name: "at_s",
			cell: func(s *row) string { return number(s.At.Seconds()) },
			read: func(r *record, s *row) { s.At = r.seconds() },
		},
		since(textColumn("process", func(s *row) *string { return &s.Process }), func(s *row) { s.Process = ProcessOf(s.Source) }),
		textColumn("source", func(s *row) *string { return &s.Source }),
		{name: "metric", cell: func(s *row) string { return s.Metric }, read: func(r *record, s *row) { s.Metric = currentName(r.text()) }},
		textColumn("unit", func(s *row) *string { return &s.Unit }),
		{name: "value", cell: func(s *row) string { return number(s.Value) }, read: func(r *record, s *row) { s.Value = r.number() }},
	}}
}

func histogramsFile() file[HistogramRow] {
	type row = HistogramRow
	return file[row]{"histograms.csv", []column[row]{
		textColumn("run", func(h *row) *string { return &h.Run }),
		textColumn("scenario", func(h *row) *string { return &h.Scenario }),
		textColumn("lane", func(h *row) *string { return &h.Lane }),
		since(textColumn("level", func(h *row) *string { return &h.Level }), asBefore),
		countColumn("block", func(h *row) *int { return &h.Block }),
		countColumn("trial", func(h *row) *int { return &h.Trial }),
		countColumn("connections", func(h *row) *int { return &h.Connections }),
		textColumn("phase", func(h *row) *string { return &h.Phase }),
		since(textColumn("process", func(h *row) *string { return &h.Process }), func(h *row) { h.Process = ProcessOf(h.Source) }),
		textColumn("source", func(h *row) *string { return &h.Source }),
		textColumn("metric", func(h *row) *string { return &h.Metric }),
		textColumn("unit", func(h *row) *string { return &h.Unit }),
		{
			name: "count",
			cell: func(h *row) string { return strconv.FormatInt(h.Count, 10) },
			read: func(r *record, h *row) { h.Count = int64(r.count()) },
		},
		{
			name: "hdr",
			cell: func(h *row) string { return h.HDR },
			read: func(r *record, h *row) { h.HDR = r.histogram(h.Count) }, // behind the count
		},
	}}
}

func lossesFile() file[Loss] {
	type row = Loss
	return file[row]{"losses.csv", []column[row]{
		textColumn("run", func(l *row) *string { return &l.Run }),
		textColumn("scenario", func(l *row) *string { return &l.Scenario }),
		textColumn("lane", func(l *row) *string { return &l.Lane }),
		since(textColumn("level", func(l *row) *string { return &l.Level }), asBefore),
		countColumn("block", func(l *row) *int { return &l.Block }),
		countColumn("trial", func(l *row) *int { return &l.Trial }),
		countColumn("connections", func(l *row) *int { return &l.Connections }),
		textColumn("phase", func(l *row) *string { return &l.Phase }),
		{
			name: "message",
			cell: func(l *row) string { return strconv.FormatUint(l.Message, 10) },
			read: func(r *record, l *row) { l.Message = uint64(r.count()) }, //nolint:gosec // counts are not negative
		},
		countColumn("missed", func(l *row) *int { return &l.Missed }),
	}}
}

// encode returns the rows as CSV, one line each. Line breaks inside a cell are refused, because a file cut short by a
// crash is mended at its last line break.
func (f file[T]) encode(rows []T) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	cells := make([]string, len(f.columns))
	for i := range rows {
		for c, column := range f.columns {
			cells[c] = column.cell(&rows[i])
			if strings.ContainsAny(cells[c], "\r\n") {
				return nil, fmt.Errorf("%s: row %d: %s %q holds a line break", f.name, i+1, column.name, cells[c])
			}
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", f.name, i+1, err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// write writes a whole file.
func (f file[T]) write(w io.Writer, rows []T) error {
	b, err := f.encode(rows)
	if err == nil {
		_, err = w.Write(append(f.header(), b...))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return nil
}

func (f file[T]) names() (names []string) {
	for _, c := range f.columns {
		names = append(names, c.name)
	}
	return names
}

func (f file[T]) header() []byte { return []byte(strings.Join(f.names(), ",") + "\n") }

// decode reads a whole file. complete is false when the last line was cut short; it is left out then.
func (f file[T]) decode(data []byte) (rows []T, complete bool, err error) {
	end := bytes.LastIndexByte(data, '\n') + 1
	complete, data = end == len(data), data[:end]
	reader := csv.NewReader(bytes.NewReader(data))
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, f.locate(err)
	}
	places, err := f.places(header)
	if err != nil {
		return nil, false, err
	}
	r := record{file: f.name, words: map[string]string{}}
	if n := bytes.Count(data, []byte("\n")); n > 1 {
		rows = make([]T, 0, n-1)
	}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, complete, nil
		}
		if err != nil {
			return nil, false, f.locate(err)
		}
		r.line, _ = reader.FieldPos(0)
		rows = append(rows, *new(T))
		if err := f.row(&r, cells, places, &rows[len(rows)-1]); err != nil {
			return nil, false, err
		}
	}
}

// places finds the columns in a header; those it does not have are at -1.
func (f file[T]) places(header []string) ([]int, error) {
	places := make([]int, len(f.columns))
	for i, c := range f.columns {
		places[i] = slices.Index(header, c.name)
		if places[i] < 0 && c.old == nil {
			return nil, fmt.Errorf("%s:1: no column %q: the file is no table of a run, or its header was edited", f.name, c.name)
		}
	}
	return places, nil
}

// row reads one line.
func (f file[T]) row(r *record, cells []string, places []int, into *T) error {
	for i, c := range f.columns {
		if places[i] < 0 {
			continue
		}
		r.column, r.cell = c.name, cells[places[i]]
		if c.read(r, into); r.err != nil {
			return r.err
		}
	}
	for i, c := range f.columns {
		if places[i] < 0 {
			c.old(into)
		}
	}
	return nil
}

// locate names the file and line of a mistake the CSV reader found.
func (f file[T]) locate(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", f.name, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", f.name, err)
}

// number prints a value; an unknown one (NaN, or an infinity no reader could use) is an empty cell.
func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
