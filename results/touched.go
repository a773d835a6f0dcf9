package results

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results/stats"
)

// Touch is something trials warn of, said once for the run: the machine was disturbed, the load was late, messages were lost.
// Whoever finds a new trouble of a trial adds a line to Trial.Warnings, "phase NAME: what", in the same words in every trial
// that has it; it is counted, held against the verdicts and shown from here, and nowhere else.
type Touch struct {
	What   string   // without the phase
	Phases []string // in which it happened, in the order they were met; empty: of the trial as a whole
	Lanes  []string // that were touched, in the run's order
	All    bool     // all lanes were
	Trials int      // that count, and were touched
	Of     int      // trials that count

	// What becomes of the verdicts of headline metrics without these trials.
	Verdicts int      // that there are with them
	Changed  []Change // that are others
	Lost     []Place  // that cannot be had, too few trials being left
}

// Place is where a verdict stands.
type Place struct{ Lane, Metric string }

// Change is a verdict that hangs on the trials a Touch is about.
type Change struct {
	Place

	Was, Is string
}

// trouble is a trial's warning, taken apart.
type trouble struct{ phase, what string }

// troubles are what a trial warns of. How a server ends once it was told to is behind all figures, and touches none.
func troubles(t Trial) (out []trouble) {
	for _, w := range t.Warnings {
		one := trouble{what: w}
		if rest, ok := strings.CutPrefix(w, "phase "); ok {
			if phase, what, ok := strings.Cut(rest, ": "); ok {
				one = trouble{phase, what}
			}
		}
		if one.phase != PhaseDrain {
			out = append(out, one)
		}
	}
	return out
}

// touched says of each trouble how many trials it touched, and what becomes of rows without them; the most frequent first.
func (m *Measured) touched(run Run, rows []SummaryRow) (out []Touch) {
	ok, _ := counting(run.Trials)
	of := 0
	for _, lane := range run.Lanes {
		of += len(ok[lane.Name])
	}
	place, in := map[string]int{}, map[string]map[int]bool{}
	for _, lane := range run.Lanes {
		for _, t := range ok[lane.Name] {
			for _, one := range troubles(t) {
				if in[one.what] == nil {
					place[one.what], in[one.what] = len(out), map[int]bool{}
					out = append(out, Touch{What: one.what, Of: of})
				}
				w := &out[place[one.what]]
				in[one.what][t.Trial] = true
				w.Trials = len(in[one.what])
				if one.phase != "" && !slices.Contains(w.Phases, one.phase) {
					w.Phases = append(w.Phases, one.phase)
				}
				if !slices.Contains(w.Lanes, lane.Name) {
					w.Lanes = append(w.Lanes, lane.Name)
				}
			}
		}
	}
	for i := range out {
		out[i].All = len(out[i].Lanes) == len(run.Lanes)
		m.without(run, rows, in[out[i].What], &out[i])
	}
	slices.SortStableFunc(out, func(a, b Touch) int { return b.Trials - a.Trials })
	return out
}

// without holds the verdicts against those of the run without some trials.
func (m *Measured) without(run Run, rows []SummaryRow, touched map[int]bool, w *Touch) {
	if len(rows) == 0 {
		return
	}
	noise := map[string]float64{}
	for _, r := range rows {
		noise[r.Metric] = r.Noise
	}
	left := slices.DeleteFunc(slices.Clone(run.Trials), func(t Trial) bool { return touched[t.Trial] })
	for i, r := range m.rows(run, left, noise) {
		was := rows[i]
		if was.Twin || !run.Headline(was.Metric) || was.Verdict == stats.Baseline || was.Verdict == stats.Unclear {
			continue
		}
		w.Verdicts++
		at := Place{was.Lane, was.Metric}
		switch r.Verdict {
		case was.Verdict:
		case stats.Unclear:
			w.Lost = append(w.Lost, at)
		default:
			w.Changed = append(w.Changed, Change{at, was.Verdict, r.Verdict})
		}
	}
}
