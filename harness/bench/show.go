package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/pushbench/pushbench/harness/bench/driver"
	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/report"
	"github.com/pushbench/pushbench/results"
)

// show prints the tables, with what they are about.
func show(w io.Writer, e driver.Evidence, groups []load.Group, rows []results.SummaryRow) error {
	fmt.Fprintf(w, "\n%d blocks, seed %d, %d-byte messages; %s, Linux %s, %s, commit %s, %s; %.0f s\n",
		e.Settings.Blocks, e.Settings.Seed, e.Settings.Size, e.Environment.CPU, e.Environment.Kernel, e.Environment.Go, e.Environment.Commit,
		e.Started.Format(time.DateOnly), e.Seconds)
	for _, g := range groups {
		fmt.Fprintf(w, "\n%s: server lane %s\n", g.Name, g.Lane)
		for _, c := range g.Cases {
			fmt.Fprintf(w, "  %-10s %s\n", c.Name, c.About)
		}
		fmt.Fprintln(w)
		if err := table(w, rows, g.Name, slices.Max(e.Settings.Connections), e.Settings.Relevant); err != nil {
			return err
		}
	}
	if len(e.Pairs) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s: %d pairs of broadcasts, with the readings of a trial around them and without; the limit is %.2fx\n\n", driver.OwnCost, len(e.Pairs), driver.Bar)
	return table(w, rows, driver.OwnCost, e.Settings.Probed, driver.Bar-1)
}

// table prints the rows of one scenario at one count; summary.csv has all.
func table(w io.Writer, rows []results.SummaryRow, scenario string, connections int, relevant float64) error {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r results.SummaryRow) bool {
		return r.Scenario != scenario || r.Level != "" && r.Level != strconv.Itoa(connections)
	})
	in := report.Input{Data: &results.Data{Run: results.Run{Relevant: &relevant}}, Summary: results.Summary{Rows: rows}}
	return report.Text(in, report.Options{All: true, Notes: true}, w)
}
