package scenario

import (
	"fmt"
	"maps"
	"regexp"
)

// Parse reads a scenario file, and the files of its lanes. Whatever is wrong with them comes as Errors; any other error is a
// defect of the schema.
func Parse(name string, source []byte, c Catalog) (*Scenario, error) {
	return Restore(name, source, nil, c)
}

// Restore is Parse for a scenario whose lane files were kept with it, by the words it has for them.
func Restore(name string, source []byte, kept map[string]LaneFile, c Catalog) (*Scenario, error) {
	rules, err := newRules(c)
	if err != nil {
		return nil, err
	}
	return parse(name, source, kept, rules)
}

func parse(name string, source []byte, kept map[string]LaneFile, rules *rules) (*Scenario, error) {
	r := &reader{file: name, kind: "scenario", keys: "lanes and phases"}
	var s *Scenario
	var err error
	if root := r.document(source); root != nil {
		if root.field("transport") != nil && root.field("lanes") == nil {
			return nil, isLane(name, root.child("transport").text)
		}
		if f := r.factor(root, rules); f != nil {
			s, err = r.varied(source, kept, f, rules)
		} else {
			s, err = r.scenario(root, kept, rules)
		}
	}
	if len(r.errors) > 0 {
		r.errors.sort()
		return nil, r.errors
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	s.File, s.Source = name, string(source)
	return s, nil
}

// scenario reads a document in which nothing varies. What it returns is whole where no error was reported.
func (r *reader) scenario(root *node, kept map[string]LaneFile, rules *rules) (*Scenario, error) {
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
func (r *reader) varied(source []byte, kept map[string]LaneFile, f *factor, rules *rules) (*Scenario, error) {
	vary := &Vary{Key: f.key}
	found := make([]Errors, len(f.levels))
	times := map[Error]int{}
	for i, level := range f.levels {
		one := &reader{file: r.file, kind: r.kind, keys: r.keys}
		root := one.document(source)
		f.set(root, level)
		s, err := one.scenario(root, kept, rules)
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
