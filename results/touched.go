package results

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results/stats"
)

// Touch is something trials warn of, said once for the run: the machine was disturbed, the load was late, messages were lost.
// Whoever finds a new trouble of a trial adds a line to Trial.Warnings, "phase NAME: what", in the same words in every trial
// that has it; it is counted, held against the verdicts and shown from here, and nowhere else.
type Touch struct {
	What   string   // without the phase
	Varies bool     // with other numbers in other trials
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

// mostJudged are as many troubles as are held against the verdicts: of more, the rarer ones are only counted.
const mostJudged = 20

// touched says of each trouble how many trials it touched, and what becomes of rows without them; the most frequent first.
// Troubles that differ in nothing but numbers are one in each lane.
func (m *Measured) touched(run Run, rows []SummaryRow) []Touch {
	ok, _ := counting(run.Trials)
	of := 0
	for _, lane := range run.Lanes {
		of += len(ok[lane.Name])
	}
	all := troubled{numbers: regexp.MustCompile(`[0-9]+`), texts: map[string]map[string]bool{}, groups: map[string]*touchedTrials{}}
	for _, collect := range []func(Trial, trouble){all.hear, all.collect} {
		for _, lane := range run.Lanes {
			for _, t := range ok[lane.Name] {
				for _, one := range troubles(t) {
					collect(t, one)
				}
			}
		}
	}
	slices.SortStableFunc(all.order, func(a, b *touchedTrials) int { return len(b.trials) - len(a.trials) })
	out := make([]Touch, 0, len(all.order))
	for i, g := range all.order {
		g.Trials, g.Of, g.All = len(g.trials), of, len(g.Lanes) == len(run.Lanes)
		if i < mostJudged {
			m.without(run, rows, g.trials, &g.Touch)
		}
		out = append(out, g.Touch)
	}
	return out
}

// troubled groups what trials warn of.
type troubled struct {
	numbers *regexp.Regexp
	texts   map[string]map[string]bool // of each kind: a text without its numbers
	groups  map[string]*touchedTrials
	order   []*touchedTrials
}

type touchedTrials struct {
	Touch

	trials map[int]bool
}

func (all *troubled) kind(what string) string { return all.numbers.ReplaceAllString(what, "#") }

// hear learns which kinds come with several numbers.
func (all *troubled) hear(_ Trial, one trouble) {
	kind := all.kind(one.what)
	if all.texts[kind] == nil {
		all.texts[kind] = map[string]bool{}
	}
	all.texts[kind][one.what] = true
}

func (all *troubled) collect(t Trial, one trouble) {
	kind := all.kind(one.what)
	varies := len(all.texts[kind]) > 1
	if varies {
		kind = t.Lane + "\n" + kind
	}
	g := all.groups[kind]
	if g == nil {
		g = &touchedTrials{Touch: Touch{What: one.what}, trials: map[int]bool{}}
		all.groups[kind] = g
		all.order = append(all.order, g)
	}
	g.Varies = g.Varies || g.What != one.what
	g.trials[t.Trial] = true
	if one.phase != "" && !slices.Contains(g.Phases, one.phase) {
		g.Phases = append(g.Phases, one.phase)
	}
	if !slices.Contains(g.Lanes, t.Lane) {
		g.Lanes = append(g.Lanes, t.Lane)
	}
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
