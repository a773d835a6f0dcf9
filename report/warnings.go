package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// warnings are what trials warn of, and those of the run: each once, with how many trials it touched and whether the verdicts hold
// without these. Those about a lane come first: a terminal may have no room for all. They come before everything else, in the terminal
// and on the page of details, and in no table and no picture.
func warnings(run results.Run, touched []results.Touch) []string {
	var lanes, machine []string
	for _, t := range touched {
		if t.Warning.OfMachine() {
			machine = append(machine, touchWords(t))
		} else {
			lanes = append(lanes, touchWords(t))
		}
	}
	return slices.Concat(lanes, results.Texts(run.Warnings), machine)
}

// warned says how many warnings there are, and the one that most verdicts hang on, or else the first.
func warned(run results.Run, touched []results.Touch) string {
	all := warnings(run, touched)
	if len(all) == 0 {
		return ""
	}
	gravest, hang := all[0], 0
	for _, t := range touched {
		if n := len(t.Changed) + len(t.Lost); n > hang {
			gravest, hang = briefly(t), n
		}
	}
	if len(all) == 1 {
		return "1 warning: " + gravest
	}
	return fmt.Sprintf("%d warnings, the gravest: %s", len(all), gravest)
}

// briefly says what a warning touched, and how many verdicts hold without that.
func briefly(t results.Touch) string {
	text := t.Warning.What()
	if t.Varies {
		text += ", with other numbers elsewhere"
	}
	text += fmt.Sprintf(": %d of %d trials", t.Trials, t.Of)
	if len(t.Phases) > 0 {
		text += " (" + words.Plural(len(t.Phases), "phase ", "phases ") + strings.Join(t.Phases, ", ") + ")"
	}
	switch {
	case t.All:
	case len(t.Lanes) > words.MostNamed:
		text += fmt.Sprintf(", in %d lanes", len(t.Lanes))
	default:
		text += ", of " + strings.Join(t.Lanes, ", ")
	}
	unchanged := t.Verdicts - len(t.Changed) - len(t.Lost)
	switch {
	case t.Verdicts == 0:
		return text
	case unchanged == t.Verdicts:
		return text + "; the verdicts hold without them"
	case len(t.Lost) == t.Verdicts:
		return text + "; without them too few are left for any verdict"
	default:
		return text + fmt.Sprintf("; without them %d of %d verdicts hold", unchanged, t.Verdicts)
	}
}

// touchWords names the other verdicts as well.
func touchWords(t results.Touch) string {
	text := briefly(t)
	if len(t.Changed) > 0 {
		text += "; others would be " + strings.Join(changeWords(t.Changed), ", ")
	}
	if len(t.Lost) > 0 && len(t.Lost) < t.Verdicts {
		text += "; too few trials are left for " + strings.Join(placeWords(t.Lost), ", ")
	}
	return text
}

func changeWords(all []results.Change) (out []string) {
	name := func(verdict string) string {
		if verdict == "~" {
			return "equal"
		}
		return verdict
	}
	for _, c := range all {
		out = append(out, fmt.Sprintf("%s of %s (%s, not %s)", c.Metric, placed(c.Place), name(c.Is), name(c.Was)))
	}
	return out
}

// placeWords names verdicts lane by lane, and of many in a lane how many.
func placeWords(all []results.Place) (out []string) {
	var lanes []string
	of := map[string][]string{}
	for _, p := range all {
		at := placed(p)
		if of[at] == nil {
			lanes = append(lanes, at)
		}
		of[at] = append(of[at], p.Metric)
	}
	for _, l := range lanes {
		what := strings.Join(of[l], " and ")
		if n := len(of[l]); n > 2 {
			what = fmt.Sprintf("%d verdicts", n)
		}
		out = append(out, l+" ("+what+")")
	}
	return out
}

// placed names the contestant of a verdict, and what else than the first lane it is compared with.
func placed(p results.Place) string {
	if p.Across {
		return p.String() + " against its first level"
	}
	return p.String()
}
