package scenario

import (
	"fmt"
	"maps"
	"regexp"

	"github.com/pushbench/pushbench/results"
)

// Parse reads a scenario file, and the files of its lanes. Whatever is wrong with them comes as Errors; any other error is a
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
func (rec Record) read() (*reader, *node) {
	in := &reader{file: rec.Name, kind: "scenario", keys: "lanes and phases"}
	root := in.document(rec.Source)
	if root == nil {
		return in, nil
	}
	if old := root.child("reader"); results.CurrentReader(old.text) != old.text {
		now := results.CurrentReader(old.text)
		root.put("reader", &node{position: old.position, text: now, value: now})
	}
	if len(rec.Override) > 0 {
		root.put("lanes", listOf(rec.Override, root.child("lanes").position))
	}
	return in, root
}

func (rec Record) parse(rules *rules) (*Scenario, error) {
	var s *Scenario
	var err error
	r, root := rec.read()
	if root != nil {
		if root.field("transport") != nil && root.field("lanes") == nil {
			return nil, isLane(rec.Name, root.child("transport").text)
		}
		if f := r.factor(root, rules); f != nil {
			s, err = r.varied(rec, f, rules)
		} else {
			s, err = r.scenario(root, rec.Files, rules)
		}
	}
	if len(r.errors) > 0 {
		r.errors.sort()
		return nil, r.errors
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", rec.Name, err)
	}
	s.File, s.Source, s.Override = rec.Name, string(rec.Source), rec.Override
	return s, nil
}

// scenario reads a document in which nothing varies. What it returns is whole where no error was reported.
func (r *reader) scenario(root *node, kept map[string]results.LaneFile, rules *rules) (*Scenario, error) {
	s := &Scenario{Name: baseName(r.file)}
	r.schemaErrors(root, rules)
	r.validate(root, rules)
	lanes := r.lanes(root, kept, rules.catalog.Lanes)
	r.named(root, s.Name, rules)
	s.Externals = lanes.externals
	if len(r.errors) == 0 { // what phases need beside them is known
		document, _ := root.value.(map[string]any)
		document = maps.Clone(document)
		delete(document, "phases")
		delete(document, "vary")
		if err := rules.root.fill(s, document); err != nil {
			return s, err
		}
	}
	err := r.phases(root, s, rules)
	s.Lanes = lanes.names
	return s, err
}

// varied reads a document once for each level of its factor, with that level in it. An error that all levels have is one of the file,
// and that of a level stands where the level does, or names it.
func (r *reader) varied(rec Record, f *factor, rules *rules) (*Scenario, error) {
	vary := &Vary{Key: f.key}
	found := make([]Errors, len(f.levels))
	times := map[Error]int{}
	for i, level := range f.levels {
		one, root := rec.read()
		f.set(root, level)
		s, err := one.scenario(root, rec.Files, rules)
		if err != nil {
			return nil, err
		}
		vary.Levels = append(vary.Levels, Level{Name: level.text, Scenario: s})
		found[i] = one.errors
		for _, e := range one.errors {
			times[e]++
		}
	}
	r.errors = nil // those of the document are in each level's
	for i, level := range f.levels {
		for _, e := range found[i] {
			switch {
			case times[e] < len(f.levels) && (position{e.Line, e.Column}) != level.position:
				e.Message = fmt.Sprintf("with %s %s: %s", f.key, brief(level.text), e.Message)
			case times[e] == len(f.levels) && i > 0:
				continue
			}
			r.errors = append(r.errors, e)
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
	if transport == "websocket" {
		baseline = "ws-gorilla"
	}
	return fmt.Errorf("%s is a lane file, not a scenario: pushbench compare quick --lanes %s,%s", name, baseline, name)
}

// named reports a file without a name whose own name cannot stand in for it.
func (r *reader) named(root *node, base string, rules *rules) {
	if _, mapping := root.value.(map[string]any); !mapping || root.field("name") != nil {
		return
	}
	broken := rules.root.child("$defs").child("name")
	pattern, _ := broken["pattern"].(string)
	if ok, err := regexp.MatchString(pattern, base); err != nil || !ok {
		r.report(root.position, "missing key %q, and the file's name is none: %s, not %q", "name", broken.wanted(), base)
	}
}

// complete returns a value with the defaults of the schema filled in and durations in nanoseconds.
func (r rule) complete(value any) (any, error) {
	if r.isDuration() {
		return parseDuration(value)
	}
	switch value := value.(type) {
	case map[string]any:
		if r.isTexts() {
			return value, nil
		}
		out := map[string]any{}
		for key := range r.child("properties") {
			property := r.child("properties").child(key)
			v, given := value[key]
			if !given {
				v, given = property.absent()
			}
			if !given {
				continue
			}
			done, err := property.complete(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			out[key] = done
		}
		return out, nil
	case []any:
		out := make([]any, len(value))
		for i, v := range value {
			done, err := r.child("items").complete(v)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			out[i] = done
		}
		return out, nil
	default:
		return value, nil
	}
}

// absent is what stands for a key that a file does not have: its default, of keys below it theirs.
func (r rule) absent() (any, bool) {
	if v, ok := r["default"]; ok {
		return v, true
	}
	return map[string]any{}, r["type"] == "object" && !r.isTexts()
}
