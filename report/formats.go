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

	Of  string // the run's folder
	Dir string // the folder that has the charts: of the run, or of what was selected of it
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
	Diff func(*results.Diff, Options, io.Writer) error // nil: there is none in this format

	Decides bool // it is about the workload that a run was made for: another run has it not
}

// Formats is THE TABLE of formats; the first is the default. A new one is a file and a row.
func Formats() []Format {
	return []Format{
		{Name: "text", Run: Text, Diff: DiffText},
		{Name: "markdown", Run: Markdown, Diff: DiffMarkdown},
		{Name: "csv", Run: CSV, Diff: DiffCSV},
		{Name: "html", Run: HTML},
		{Name: "json", Run: JSON},
		{Name: "adr", Run: ADR, Decides: true},
	}
}
