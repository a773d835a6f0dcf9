package report

import (
	"io"

	"github.com/pushbench/pushbench/results"
)

// CSV writes every row of the summary, in base units.
func CSV(in Input, _ Options, w io.Writer) error { return results.WriteSummary(w, in.Summary.Rows) }

// DiffCSV writes every comparison, in base units.
func DiffCSV(d *results.Diff, _ Options, w io.Writer) error { return d.CSV(w) }
