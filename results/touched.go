package results

import (
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Touch is a warning of trials, reported once for the run: the machine was disturbed, the load was late, messages were lost.
// A new trouble of a trial is a row of warningKinds and a line in Trial.Warnings; it is counted, checked against the verdicts and
// shown from here, and nowhere else.
type Touch struct {
	Warning Warning  // as the first of the trials has it, without the phase
	Varies  bool     // with other numbers in other trials
	Phases  []string // in which it happened, in the order they were met; empty: of the trial as a whole
	Lanes   []string // that were touched, in the run's order
	All     bool     // all lanes were
	Trials  int      // that count, and were touched
	Of      int      // trials that count

	// What becomes of the verdicts of headline metrics without these trials.
	Verdicts int      // that there are with them
	Changed  []Change // that are others
	Lost     []Place  // that cannot be had, too few trials being left
}

// Place is where a verdict is.
type Place struct {
	Contestant

	Metric string
	Across bool // against the first level of its lane, and not against the first lane
}

// Change is a verdict that hangs on the trials a Touch is about.
type Change struct {
	Place

	Was, Is string
}

// mostJudged is how many warnings are checked against the verdicts: of more, the rarer ones are only counted.
const mostJudged = 20

// touched counts for each warning the trials it touched, and the verdicts that change without them; the most frequent first. A
// trouble of several texts is one in each lane.
func (m *Measured) touched(run Run, rows []SummaryRow) []Touch {
	ok, _ := counting(run.Trials)
	of := 0
	var each []trouble
	for _, c := range run.Contestants() {
		of += len(ok[c])
		for _, t := range ok[c] {
			for _, w := range t.Warnings {
				if w.Phase != PhaseDrain { // behind all figures
					each = append(each, trouble{t, w})
				}
			}
		}
	}
	all := grouped(each)
	slices.SortStableFunc(all, func(a, b *touchedTrials) int { return len(b.trials) - len(a.trials) })
	out := make([]Touch, 0, len(all))
	for i, g := range all {
		g.Trials, g.Of, g.All = len(g.trials), of, len(g.Lanes) == len(run.Lanes)
		if i < mostJudged {
			m.without(run, rows, g.trials, &g.Touch)
		}
		out = append(out, g.Touch)
	}
	return out
}

// trouble is a warning of a trial.
type trouble struct {
	trial   Trial
	warning Warning
}

type touchedTrials struct {
	Touch

	trials map[int]bool
}

// grouped joins troubles of a kind, in the order of their first appearance.
func grouped(each []trouble) (order []*touchedTrials) {
	texts := map[string]string{}
	varies := map[string]bool{}
	for _, one := range each {
		kind, text := one.warning.group(), one.warning.What()
		varies[kind] = varies[kind] || texts[kind] != "" && texts[kind] != text
		texts[kind] = text
	}
	groups := map[string]*touchedTrials{}
	for _, one := range each {
		kind := one.warning.group()
		if varies[kind] {
			kind = one.trial.Lane + "\n" + kind
		}
		g := groups[kind]
		if g == nil {
			g = &touchedTrials{Touch: Touch{Warning: one.warning}, trials: map[int]bool{}}
			g.Warning.Phase = ""
			groups[kind] = g
			order = append(order, g)
		}
		g.Varies = g.Varies || g.Warning.What() != one.warning.What()
		g.trials[one.trial.Trial] = true
		if phase := one.warning.Phase; phase != "" && !slices.Contains(g.Phases, phase) {
			g.Phases = append(g.Phases, phase)
		}
		if !slices.Contains(g.Lanes, one.trial.Lane) {
			g.Lanes = append(g.Lanes, one.trial.Lane)
		}
	}
	return order
}

// without holds the verdicts against those of the run without some trials.
func (m *Measured) without(run Run, rows []SummaryRow, touched map[int]bool, w *Touch) {
	if len(rows) == 0 {
		return
	}
	noise := map[Place]float64{}
	for _, r := range rows {
		noise[Place{Contestant: Contestant{Level: r.Level}, Metric: r.Metric}] = r.Noise
	}
	left := slices.DeleteFunc(slices.Clone(run.Trials), func(t Trial) bool { return touched[t.Trial] })
	for i, r := range m.rows(run, left, noise) {
		was := rows[i]
		if was.Control || !run.Headline(was.Metric) || !w.Warning.touches(was.Metric) {
			continue
		}
		w.hold(Place{was.Contestant(), was.Metric, false}, was.Verdict, r.Verdict)
		w.hold(Place{was.Contestant(), was.Metric, true}, was.Across.Verdict, r.Across.Verdict)
	}
}

// hold counts a verdict of all trials, and compares it with that of some.
func (w *Touch) hold(at Place, was, is string) {
	if was == "" || was == stats.Baseline || was == stats.Unclear {
		return
	}
	w.Verdicts++
	switch is {
	case was:
	case stats.Unclear:
		w.Lost = append(w.Lost, at)
	default:
		w.Changed = append(w.Changed, Change{at, was, is})
	}
}
