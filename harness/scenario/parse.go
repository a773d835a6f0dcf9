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
	s := &Scenario{Name: baseName(name)}
	var lanes lanes
	var err error
	if root := r.document(source); root != nil {
		if root.field("transport") != nil && root.field("lanes") == nil {
			return nil, isLane(name, root.child("transport").text)
		}
		r.schemaErrors(root, rules)
		r.validate(root, rules)
		lanes = r.lanes(root, kept, rules.catalog.Lanes)
		r.named(root, s.Name, rules)
		s.Externals = lanes.externals
		err = r.phases(root, s, rules)
		if len(r.errors) == 0 && err == nil {
			document, _ := root.value.(map[string]any)
			document = maps.Clone(document)
			delete(document, "phases") // which have been read
			err = rules.root.fill(s, document)
		}
	}
	if len(r.errors) > 0 {
		r.errors.sort()
		return nil, r.errors
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	s.File, s.Source, s.Lanes = name, string(source), lanes.names
	return s, nil
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
