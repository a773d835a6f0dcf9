package scenario

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

// phaseFlag is a row of the table of flags that change phases: the key it sets in every phase of a kind, and how.
type phaseFlag struct {
	name, kind, key string
	apply           func(f phaseFlag, root *strict.Node, to string)
}

// phaseFlags is that table.
func phaseFlags() []phaseFlag {
	return []phaseFlag{
		{"connections", "ramp", "to", phaseFlag.inProportion},
		{"rate", "broadcast", "rate", phaseFlag.withAsMany},
		{"size", "broadcast", "size", phaseFlag.everywhere},
		{"payload", "broadcast", "payload", phaseFlag.everywhere},
	}
}

// ChangesPhases reports whether a flag is one of those that change phases.
func ChangesPhases(flag string) bool {
	return slices.ContainsFunc(phaseFlags(), func(f phaseFlag) bool { return f.name == flag })
}

// WithPhases is the same scenario with other values in its phases. The source stays what it is; a record of the scenario has
// the values beside it. The error has a line for each flag that has nothing to change, or too much: a key that the scenario varies, or that
// its phases differ in.
func (s *Scenario) WithPhases(by results.PhaseOverride, c Catalog) (*Scenario, error) {
	rules, err := newRules(c)
	if err != nil {
		return nil, err
	}
	rec := s.record()
	rec.PhaseOverride = nil
	var errs []error
	_, root := rec.read()
	for _, f := range phaseFlags() {
		if _, given := by[f.name]; given {
			errs = append(errs, f.fits(s, root, rules))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	rec.PhaseOverride = by
	with, err := rec.parse(rules)
	if err != nil {
		return nil, fmt.Errorf("with %s: %w", by, err)
	}
	return with, nil
}

// overridePhases puts the values of flags into a document that was read for it alone.
func (r *reader) overridePhases(root *strict.Node, by results.PhaseOverride) {
	for name := range by {
		if !ChangesPhases(name) {
			r.Report(strict.Position{}, "phase_override: no flag --%s changes phases", strict.Brief(name))
		}
	}
	for _, f := range phaseFlags() {
		if to, given := by[f.name]; given {
			f.apply(f, root, to)
		}
	}
}

// fits says why the flag cannot change a scenario as its reader would expect; nil: it can.
func (f phaseFlag) fits(s *Scenario, root *strict.Node, rules *rules) error {
	values := f.values(root, rules)
	switch {
	case len(values) == 0:
		return fmt.Errorf("--%s: scenario %s has no phase %s: there is nothing to change", f.name, s.Name, f.kind)
	case s.Vary != nil && f.sets(rules.factors(root)[s.Vary.Key]):
		return fmt.Errorf("--%s: scenario %s varies %s: there is no one value to change", f.name, s.Name, s.Vary.Key)
	case f.kind == "broadcast" && len(values) > 1: // ramps differ, as levels do
		return fmt.Errorf("--%s: the broadcasts of scenario %s differ in %s (%s): change them in a file of your own",
			f.name, s.Name, f.key, strings.Join(values, ", "))
	default:
		return nil
	}
}

// sets reports whether the flag and a factor set the same key of a phase.
func (f phaseFlag) sets(varied *factor) bool {
	return varied != nil && slices.ContainsFunc(varied.paths, func(path []string) bool {
		return len(path) == 4 && path[0] == "phases" && path[2] == f.kind && path[3] == f.key
	})
}

// values are the different ones that phases have of the key, as text.
func (f phaseFlag) values(root *strict.Node, rules *rules) (all []string) {
	absent := rules.phaseRule().Child(f.kind).Child("properties").Child(f.key)["default"]
	for _, p := range f.phases(root) {
		value := absent
		if p.Field(f.key) != nil {
			value = p.Child(f.key).Value
		}
		if text := fmt.Sprint(value); !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// phases are those of the flag's kind.
func (f phaseFlag) phases(root *strict.Node) (all []*strict.Node) {
	for _, item := range root.Child("phases").Items {
		if p := item.Field(f.kind); p != nil {
			all = append(all, p.Value)
		}
	}
	return all
}

// everywhere puts the value into every phase.
func (f phaseFlag) everywhere(root *strict.Node, to string) {
	for _, p := range f.phases(root) {
		put(p, f.key, to)
	}
}

// inProportion has the last phase get the value, and the others what they are to the last. A slope keeps its levels.
func (f phaseFlag) inProportion(root *strict.Node, to string) {
	phases := f.phases(root)
	if len(phases) == 0 {
		return
	}
	n, isNumber := valueOf(to).(float64)
	last, _ := phases[len(phases)-1].Child(f.key).Value.(float64)
	for _, p := range phases {
		was, ok := p.Child(f.key).Value.(float64)
		if isNumber && ok && last > 0 {
			put(p, f.key, strconv.FormatFloat(math.Round(was/last*n), 'f', -1, 64))
		} else {
			put(p, f.key, to) // which the schema refuses
		}
	}
}

// withAsMany puts the rate into every broadcast. A slower one takes as much longer, and the trace of its like too: percentiles need
// their messages.
func (f phaseFlag) withAsMany(root *strict.Node, to string) {
	phases := f.phases(root)
	if len(phases) == 0 {
		return
	}
	was, _ := phases[0].Child(f.key).Value.(float64)
	now, _ := valueOf(to).(float64)
	f.everywhere(root, to)
	longer := was / now
	if !(longer > 1) || now <= 0 {
		return
	}
	for _, p := range phases {
		stretch(p, "for", longer)
	}
	for _, item := range root.Child("phases").Items {
		stretch(item, "trace", longer)
	}
}

// stretch makes the duration under a key so many times as long, if there is one; where that is longer than a file may say, too long.
func stretch(n *strict.Node, key string, times float64) {
	text, _ := n.Child(key).Value.(string)
	if d, err := time.ParseDuration(text); err == nil {
		put(n, key, time.Duration(math.Round(min(float64(d)*times, float64(tooLong)))).String())
	}
}

// tooLong is a duration that no file may have.
const tooLong = 25 * time.Hour

// put puts what a text says under a key, where the value stands that was there.
func put(n *strict.Node, key, text string) {
	at := n.Position
	if f := n.Field(key); f != nil {
		at = f.Value.Position
	}
	n.Put(key, &strict.Node{Position: at, Text: text, Value: valueOf(text)})
}

// valueOf is the number that a text is, or the text.
func valueOf(text string) any {
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v
	}
	return text
}
