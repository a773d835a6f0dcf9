package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
)

// Warning is a caveat of a run, a trial or a figure, as data: warningKinds has its words, which are made where they are
// shown and read by people only.
type Warning struct {
	Code  Code   `json:"code"`
	Phase string `json:"phase,omitempty"` // in which it happened; empty: in the trial or run as a whole
	Args  Args   `json:"args,omitempty"`

	// Of a figure; not in records.
	Whose  Whose `json:"-"`
	Trials int   `json:"-"` // that have it
	Of     int   `json:"-"` // of so many; 0: it is not about single trials
}

// Args are what a warning fills its words with: numbers and texts. Words may leave out what has no argument, so that 0 is told
// only where it is given.
type Args map[string]any

// Whose tells whom a warning of a comparison is about, where that is not the row's own lane or run.
type Whose string

// Those whom a warning of a comparison can be about.
const (
	Own        Whose = ""
	OfBaseline Whose = "of the baseline"
	OfOld      Whose = "old"
	OfNew      Whose = "new"
	OfBoth     Whose = "both"

	OfFirstLevel Whose = "of the first level"
)

// Because is a warning that names a reason.
func Because(code Code, why string) Warning { return Warning{Code: code, Args: Args{"why": why}} }

// UnmarshalJSON reads a warning, and the text that records had in its place before warnings had codes.
func (w *Warning) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*w = recorded(text)
		return nil
	}
	type plain Warning
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // a count is written as it was read
	return d.Decode((*plain)(w))
}

// recorded is a warning of an old record: it began with its phase.
func recorded(text string) Warning {
	if rest, ok := strings.CutPrefix(text, "phase "); ok {
		if phase, what, ok := strings.Cut(rest, ": "); ok {
			return Warning{Code: Text, Phase: phase, Args: Args{"text": what}}
		}
	}
	return Warning{Code: Text, Args: Args{"text": text}}
}

// None reports whether there is nothing to warn of.
func (w Warning) None() bool { return w.Code == "" }

// key is the same for equal warnings, before and after a file.
func (w Warning) key() string { return fmt.Sprint(w.Code, w.Phase, w.Args, w.Whose, w.Trials, w.Of) }

// What is what it says, without where and of whom.
func (w Warning) What() string {
	k := w.kind()
	t, err := template.New("").Parse(k.text)
	var b strings.Builder
	if err == nil {
		err = t.Execute(&b, map[string]any(w.Args))
	}
	if err != nil || k.code != w.Code { // a record of a later version, or an edited one
		return string(w.Code)
	}
	return b.String()
}

// Reason is what it says with its phase.
func (w Warning) Reason() string {
	if w.Phase != "" {
		return "phase " + w.Phase + ": " + w.What()
	}
	return w.What()
}

// String is all of it in one line.
func (w Warning) String() string {
	text := w.Reason()
	if w.Of > 0 {
		text = fmt.Sprintf("%d of %d trials: %s", w.Trials, w.Of, text)
	}
	if w.Whose != Own {
		text = string(w.Whose) + ": " + text
	}
	return text
}

// With is the warning with another argument.
func (w Warning) With(name string, value any) Warning {
	args := Args{name: value}
	for k, v := range w.Args {
		if k != name {
			args[k] = v
		}
	}
	w.Args = args
	return w
}

// OfMachine reports whether it is about the machine: what is the same for all lanes is told once a run.
func (w Warning) OfMachine() bool { return w.kind().machine }

// LessReach reports whether it takes a verdict back because messages are missing (rule 11).
func (w Warning) LessReach() bool { return w.Code == ReachBelow || w.Code == ReachUnknown }

// touches reports whether it is a reason to look twice at a metric. How a server ends once it was told to is behind all figures.
func (w Warning) touches(metric string) bool {
	k := w.kind()
	if k.harmless || w.Phase == PhaseDrain {
		return false
	}
	return len(k.metrics) == 0 || slices.ContainsFunc(k.metrics, func(prefix string) bool { return strings.HasPrefix(metric, prefix) })
}

func (w Warning) kind() warningKind {
	all := warningKinds()
	return all[max(0, slices.IndexFunc(all, func(k warningKind) bool { return k.code == w.Code }))]
}

// group is the same for warnings that differ in numbers only.
func (w Warning) group() string {
	group := string(w.Code)
	for _, name := range slices.Sorted(maps.Keys(w.Args)) {
		if text, ok := w.Args[name].(string); ok {
			group += "\n" + text
		}
	}
	return group
}

func (w Warning) equal(other Warning) bool { return w.key() == other.key() }

// about are warnings of somebody else.
func about(whose Whose, all []Warning) (out []Warning) {
	for _, w := range all {
		w.Whose = whose
		out = append(out, w)
	}
	return out
}

// AddWarning adds one that is not there.
func AddWarning(all []Warning, w Warning) []Warning {
	if slices.ContainsFunc(all, w.equal) {
		return all
	}
	return append(all, w)
}

// Texts are warnings in words.
func Texts(all []Warning) (out []string) {
	for _, w := range all {
		out = append(out, w.String())
	}
	return out
}
