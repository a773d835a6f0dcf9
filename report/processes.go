package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results"
)

// processes is the row of the processes whose figures external lanes have; none where the record has none.
func processes(run results.Run) []fairRow {
	k := fairRow{Name: "processes, as found"}
	known := false
	for _, l := range run.Compared() {
		text := "its own"
		for _, t := range run.Trials { // the last one's
			if t.Lane == l.Name && (len(t.Measured) > 0 || t.Unseen != "") {
				text, known = foundProcesses(run, t), true
			}
		}
		k.Values = append(k.Values, text)
	}
	if !known {
		return nil
	}
	return []fairRow{k}
}

// foundProcesses names a trial's processes, each name once, with the age of those that are older than the run.
func foundProcesses(run results.Run, t results.Trial) string {
	if len(t.Measured) == 0 {
		return "none: " + t.Unseen
	}
	var names []string
	counts := map[string]int{}
	var oldest time.Duration
	for _, p := range t.Measured {
		if counts[p.Name] == 0 {
			names = append(names, p.Name)
		}
		counts[p.Name]++
		if !p.Started.IsZero() {
			oldest = max(oldest, run.Started.Sub(p.Started))
		}
	}
	for i, name := range names {
		if counts[name] > 1 {
			names[i] = fmt.Sprintf("%s (%d)", name, counts[name])
		}
	}
	text := strings.Join(names, ", ")
	if t.Within != "" {
		text += "; may use " + t.Within
	}
	if oldest > time.Second {
		text += fmt.Sprintf("; had run for %v before the run, and may have served", oldest.Round(time.Second))
	}
	return text
}
