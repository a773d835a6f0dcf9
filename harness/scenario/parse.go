package scenario

import (
	"fmt"
	"maps"
	"regexp"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

// reader reads the file of a scenario or of a lane.
type reader struct{ strict.Reader }

// Parse reads a scenario file, and the files of its lanes. Whatever is wrong with them comes as strict.Errors; any other error is a
// defect of the schema.
func Parse(name string, source []byte, c Catalog) (*Scenario, error) {
	return Restore(Record{Name: name, Source: source}, c)
}

// Record is what is kept of a scenario with a run.
type Record struct {
	Name     string // of the file
	Source   []byte
	Override []string                    // lanes in place of the file's; none: those of the file
	Files    map[string]results.LaneFile // of lanes, by the reference to each; others are read where they are

	PhaseOverride results.PhaseOverride // values in place of those of the file's phases
}

// Restore is Parse for a scenario that was kept.
func Restore(rec Record, c Catalog) (*Scenario, error) {
	rules, err := newRules(c)
	if err != nil {
		return nil, err
	}
	return rec.parse(rules)
}

// read is the document of the record, with its lanes; nil, where it is none.
func (rec Record) read() (*reader, *strict.Node) {
	in := &reader{strict.Reader{File: rec.Name, Kind: "scenario", Keys: "lanes and phases"}}
	root := in.Document(rec.Source)
	if root == nil {
		return in, nil
	}
	if old := root.Child("reader"); results.CurrentReader(old.Text) != old.Text {
		now := results.CurrentReader(old.Text)
		root.Put("reader", &strict.Node{Position: old.Position, Text: now, Value: now})
	}
	if len(rec.Override) > 0 {
		root.Put("lanes", strict.List(rec.Override, root.Child("lanes").Position))
	}
	in.overridePhases(root, rec.PhaseOverride)
	return in, root
}

// record is the scenario as it is kept, but for the files of its lanes.
func (s *Scenario) record() Record {
	return Record{Name: s.File, Source: []byte(s.Source), Override: s.Override, PhaseOverride: s.PhaseOverride}
}

func (rec Record) parse(rules *rules) (*Scenario, error) {
	var s *Scenario
	var err error
	r, root := rec.read()
	if root != nil {
		if root.Field("transport") != nil && root.Field("lanes") == nil {
			return nil, isLane(rec.Name, root.Child("transport").Text)
		}
		if f := r.factor(root, rules); f != nil {
			s, err = r.varied(rec, f, rules)
		} else {
			s, err = r.scenario(root, rec.Files, rules)
		}
	}
	if wrong := r.Err(); wrong != nil {
		return nil, wrong
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", rec.Name, err)
	}
	s.File, s.Source, s.Override, s.PhaseOverride = rec.Name, string(rec.Source), rec.Override, rec.PhaseOverride
	return s, nil
}

// scenario reads a document in which nothing varies. What it returns is whole where no error was reported.
func (r *reader) scenario(root *strict.Node, kept map[string]results.LaneFile, rules *rules) (*Scenario, error) {
	s := &Scenario{Name: baseName(r.File)}
	r.SchemaErrors(root, rules.Rules)
	r.validate(root, rules)
	lanes := r.lanes(root, kept, rules.catalog.Lanes)
	r.named(root, s.Name, rules.Root)
	s.Externals = lanes.externals
	s.Link, s.Proxies = r.path(root, kept, rules)
	if len(r.Errors) == 0 { // what phases need beside them is known
		document, _ := root.Value.(map[string]any)
		document = maps.Clone(document)
		delete(document, "phases")
		delete(document, "vary")
		if err := rules.Root.Fill(s, document); err != nil {
			return s, err
		}
	}
	err := r.phases(root, s, rules)
	s.Lanes = lanes.names
	r.enough(root, s)
	return s, err
}

// varied reads a document once for each level of its factor, with that level in it. An error that all levels have is one of the file,
// and that of a level stands where the level does, or names it.
func (r *reader) varied(rec Record, f *factor, rules *rules) (*Scenario, error) {
	vary := &Vary{Key: f.key}
	found := make([]strict.Errors, len(f.levels))
	times := map[strict.Error]int{}
	for i, level := range f.levels {
		one, root := rec.read()
		f.set(root, level)
		s, err := one.scenario(root, rec.Files, rules)
		if err != nil {
			return nil, err
		}
		vary.Levels = append(vary.Levels, Level{Name: level.Text, Scenario: s})
		found[i] = one.Errors
		for _, e := range one.Errors {
			times[e]++
		}
	}
	r.Errors = nil // those of the document are in each level's
	for i, level := range f.levels {
		for _, e := range found[i] {
			switch {
			case times[e] < len(f.levels) && (strict.Position{Line: e.Line, Column: e.Column}) != level.Position:
				e.Message = fmt.Sprintf("with %s %s: %s", f.key, strict.Brief(level.Text), e.Message)
			case times[e] == len(f.levels) && i > 0:
				continue
			}
			r.Errors = append(r.Errors, e)
		}
	}
	r.repeated(f)
	s := *vary.Levels[0].Scenario
	s.Vary = vary
	return &s, nil
}

// isLane says what to do with a lane file that was given in place of a scenario.
func isLane(name, transport string) error {
	baseline := "sse-gin"
	if transport == websocket {
		baseline = "ws-gorilla"
	}
	return fmt.Errorf("%s is a lane file, not a scenario: pushbench compare quick --lanes %s,%s", name, baseline, name)
}

// named reports a file without a name whose own name cannot stand in for it.
func (r *reader) named(root *strict.Node, base string, rule strict.Rule) {
	if _, mapping := root.Value.(map[string]any); !mapping || root.Field("name") != nil {
		return
	}
	broken := rule.Child("$defs").Child("name")
	pattern, _ := broken["pattern"].(string)
	if ok, err := regexp.MatchString(pattern, base); err != nil || !ok {
		r.Report(root.Position, "missing key %q, and the file's name is none: %s, not %q", "name", broken.Wanted(), base)
	}
}
