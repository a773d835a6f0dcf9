package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
)

// Parse reads a scenario file, and the files of its lanes. Whatever is wrong with them comes as Mistakes; any other error is a
// defect of the schema.
func Parse(name string, source []byte, v Vocabulary) (*Scenario, error) {
	return Restore(name, source, nil, v)
}

// Restore is Parse for a scenario whose lane files were kept with it, by the words it has for them.
func Restore(name string, source []byte, kept map[string]LaneFile, v Vocabulary) (*Scenario, error) {
	rules, err := newRules(v)
	if err != nil {
		return nil, err
	}
	return parse(name, source, kept, rules)
}

func parse(name string, source []byte, kept map[string]LaneFile, rules *rules) (*Scenario, error) {
	r := &reader{file: name, kind: "scenario", keys: "lanes and connections"}
	s := &Scenario{Name: baseName(name)}
	var lanes lanes
	var err error
	if root := r.document(source); root != nil {
		if root.field("transport") != nil && root.field("lanes") == nil {
			return nil, isLane(name, root.child("transport").text)
		}
		r.form(root, rules)
		r.meaning(root, rules.vocabulary)
		lanes = r.lanes(root, kept, rules.vocabulary.Lanes)
		r.named(root, s.Name, rules)
		if len(r.mistakes) == 0 {
			err = rules.root.fill(s, root.value)
			r.numbers(root, s)
		}
	}
	if len(r.mistakes) > 0 {
		r.mistakes.sort()
		return nil, r.mistakes
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	s.File, s.Source, s.Lanes, s.Externals = name, string(source), lanes.names, lanes.externals
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

// fill sets the fields of a struct from a document whose form is right.
func (r rule) fill(into, document any) error {
	complete, err := r.complete(document)
	if err != nil {
		return err
	}
	b, err := json.Marshal(complete)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a key of the schema that no field reads is a defect
	return d.Decode(into)
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
				v, given = property["default"]
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
