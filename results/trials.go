package results

import (
	"slices"
	"strings"
	"time"
)

// trialsFile is the record's trials as a table: which rows of the other files count, and why the others do not. It is
// written for readers of CSV; run.json is where it is read from.
func trialsFile() file[Trial] {
	type row = Trial
	return file[row]{"trials.csv", []column[row]{
		countColumn("trial", func(t *row) *int { return &t.Trial }),
		countColumn("block", func(t *row) *int { return &t.Block }),
		textColumn("lane", func(t *row) *string { return &t.Lane }),
		textColumn("level", func(t *row) *string { return &t.Level }),
		textColumn("status", func(t *row) *string { return &t.Status }),
		written("reason", func(t *row) string { return oneLine(t.Reason()) }),
		written("started", func(t *row) string { return t.Started.UTC().Format(time.RFC3339) }),
		written("seconds", func(t *row) string { return number(t.Seconds) }),
		written("warnings", func(t *row) string { return oneLine(strings.Join(Texts(t.Warnings), "; ")) }),
	}}
}

// invalid is the warning that trials of a contestant measured their load generator and do not count.
func invalid(run Run, of Contestant) []Warning {
	var reasons []string
	attempts, invalid := 0, 0
	for _, t := range run.Trials {
		if t.Contestant() != of {
			continue
		}
		attempts++
		if t.Status == StatusInvalid {
			invalid++
			if why := t.Reason(); !slices.Contains(reasons, why) {
				reasons = append(reasons, why)
			}
		}
	}
	if invalid == 0 {
		return nil
	}
	return []Warning{{Code: InvalidTrials, Args: Args{"invalid": invalid, "attempts": attempts, "why": strings.Join(reasons, "; ")}}}
}
