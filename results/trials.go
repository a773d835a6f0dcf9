package results

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// trialsFile is the record's trials as a table: which rows of the other files count, and why the others do not. It is
// written for readers of CSV; run.json is where it is read from.
func trialsFile() file[Trial] {
	return file[Trial]{
		name:    "trials.csv",
		columns: []string{"trial", "block", "lane", "status", "reason", "started", "seconds", "warnings"},
		cells: func(t Trial) []string {
			return []string{
				strconv.Itoa(t.Trial), strconv.Itoa(t.Block), t.Lane, t.Status, oneLine(t.Error),
				t.Started.UTC().Format(time.RFC3339), number(t.Seconds), oneLine(strings.Join(t.Warnings, "; ")),
			}
		},
	}
}

// invalid says, for the lane's figures to carry, that trials measured their load generator and do not count.
func invalid(run Run, lane string) []string {
	var reasons []string
	attempts, invalid := 0, 0
	for _, t := range run.Trials {
		if t.Lane != lane {
			continue
		}
		attempts++
		if t.Status == StatusInvalid {
			invalid++
			if !slices.Contains(reasons, t.Error) {
				reasons = append(reasons, t.Error)
			}
		}
	}
	if invalid == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d trials invalid, and not counted: %s", invalid, attempts, strings.Join(reasons, "; "))}
}
