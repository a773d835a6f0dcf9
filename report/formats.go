package report

import (
	"io"

	"github.com/pushbench/pushbench/plots"
	"github.com/pushbench/pushbench/results"
)

// Input is a run as every format shows it.
type Input struct {
	Data    *results.Data
	Summary results.Summary
	Checks  []results.Check
	Charts  []plots.Chart
}

// Options are what a reader asks for besides the headline.
type Options struct {
	All     bool   // every metric with its intervals, and of Markdown the page of details; or every comparison of two runs
	Notes   bool   // warnings and notes in full
	Command string // shows the run again; hints put a flag behind it
}

// Format is a way to write a run, and the comparison of two.
type Format struct {
	Name string
	Run  func(Input, Options, io.Writer) error
	Diff func(*results.Diff, Options, io.Writer) error
}

// Formats is THE TABLE of formats; the first is the default. A new one is a file and a row.
func Formats() []Format {
	return []Format{
		{"text", Text, DiffText},
		{"markdown", Markdown, DiffMarkdown},
		{"csv", CSV, DiffCSV},
	}
}
