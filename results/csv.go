package results

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// file is one of the run's CSV files: its columns, and how a row becomes cells and cells a row.
type file[T any] struct {
	name    string
	columns []string
	cells   func(T) []string
	row     func(*record) T
}

func samplesFile() file[Sample] {
	return file[Sample]{
		name: "samples.csv",
		columns: []string{
			"run", "scenario", "lane", "block", "trial", "connections", "phase", "at_s", "source", "metric", "unit", "value",
		},
		cells: func(s Sample) []string {
			return []string{
				s.Run, s.Scenario, s.Lane, strconv.Itoa(s.Block), strconv.Itoa(s.Trial), strconv.Itoa(s.Connections),
				s.Phase, number(s.At.Seconds()), s.Source, s.Metric, s.Unit, number(s.Value),
			}
		},
		row: func(r *record) Sample {
			return Sample{
				Run: r.text(), Scenario: r.text(), Lane: r.text(), Block: r.count(), Trial: r.count(), Connections: r.count(),
				Phase: r.text(), At: r.seconds(), Source: r.text(), Metric: r.text(), Unit: r.text(), Value: r.number(),
			}
		},
	}
}

func histogramsFile() file[HistogramRow] {
	return file[HistogramRow]{
		name: "histograms.csv",
		columns: []string{
			"run", "scenario", "lane", "block", "trial", "connections", "phase", "source", "metric", "unit", "count", "hdr",
		},
		cells: func(h HistogramRow) []string {
			return []string{
				h.Run, h.Scenario, h.Lane, strconv.Itoa(h.Block), strconv.Itoa(h.Trial), strconv.Itoa(h.Connections),
				h.Phase, h.Source, h.Metric, h.Unit, strconv.FormatInt(h.Count, 10), h.HDR,
			}
		},
		row: func(r *record) HistogramRow {
			h := HistogramRow{
				Run: r.text(), Scenario: r.text(), Lane: r.text(), Block: r.count(), Trial: r.count(), Connections: r.count(),
				Phase: r.text(), Source: r.text(), Metric: r.text(), Unit: r.text(), Count: int64(r.count()), HDR: r.text(),
			}
			r.histogram(h)
			return h
		},
	}
}

func lossesFile() file[Loss] {
	return file[Loss]{
		name:    "losses.csv",
		columns: []string{"run", "scenario", "lane", "block", "trial", "connections", "phase", "message", "missed"},
		cells: func(l Loss) []string {
			return []string{
				l.Run, l.Scenario, l.Lane, strconv.Itoa(l.Block), strconv.Itoa(l.Trial), strconv.Itoa(l.Connections),
				l.Phase, strconv.FormatUint(l.Message, 10), strconv.Itoa(l.Missed),
			}
		},
		row: func(r *record) Loss {
			return Loss{
				Run: r.text(), Scenario: r.text(), Lane: r.text(), Block: r.count(), Trial: r.count(), Connections: r.count(),
				Phase: r.text(), Message: uint64(r.count()), Missed: r.count(), //nolint:gosec // counts are not negative
			}
		},
	}
}

// encode returns the rows as CSV, one line each. Line breaks inside a cell are refused, because a file cut short by a
// crash is mended at its last line break.
func (f file[T]) encode(rows []T) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, row := range rows {
		cells := f.cells(row)
		for c, cell := range cells {
			if strings.ContainsAny(cell, "\r\n") {
				return nil, fmt.Errorf("%s: row %d: %s %q holds a line break", f.name, i+1, f.columns[c], cell)
			}
		}
		if err := w.Write(cells); err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", f.name, i+1, err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (f file[T]) header() []byte { return []byte(strings.Join(f.columns, ",") + "\n") }

// decode reads what encode wrote, header included. whole is false when the last line was cut short; it is left out then.
func (f file[T]) decode(data []byte) (rows []T, whole bool, err error) {
	end := bytes.LastIndexByte(data, '\n') + 1
	whole, data = end == len(data), data[:end]
	rest, ok := bytes.CutPrefix(data, f.header())
	if !ok {
		return nil, false, fmt.Errorf("%s:1: header is not %q", f.name, strings.Join(f.columns, ","))
	}
	reader := csv.NewReader(bytes.NewReader(rest))
	reader.FieldsPerRecord, reader.ReuseRecord = len(f.columns), true
	words := map[string]string{}
	if n := bytes.Count(rest, []byte("\n")); n > 0 {
		rows = make([]T, 0, n)
	}
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, whole, nil
		}
		if err != nil {
			return nil, false, f.locate(err)
		}
		line, _ := reader.FieldPos(0)
		r := record{file: f.name, line: line + 1, columns: f.columns, cells: cells, words: words}
		row := f.row(&r)
		if r.err != nil {
			return nil, false, r.err
		}
		rows = append(rows, row)
	}
}

// locate names the file and line of a mistake the CSV reader found; it has not seen the header line.
func (f file[T]) locate(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", f.name, parse.Line+1, parse.Err)
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
