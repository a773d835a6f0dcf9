package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Parse reads a scenario file. Whatever is wrong with it comes as Mistakes; any other error is a defect of the schema.
func Parse(name string, source []byte, v Vocabulary) (*Scenario, error) {
	rules, err := newRules(v)
	if err != nil {
		return nil, err
	}
	return parse(name, source, rules)
}

func parse(name string, source []byte, rules *rules) (*Scenario, error) {
	r := &reader{file: name}
	s := &Scenario{Name: strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))}
	var err error
	if root := r.document(source); root != nil {
		r.form(root, rules)
		r.meaning(root, rules.vocabulary)
		r.named(root, s.Name, rules)
		if len(r.mistakes) == 0 {
			err = s.fill(root.value, rules)
		}
	}
	if len(r.mistakes) > 0 {
		r.mistakes.sort()
		return nil, r.mistakes
	}
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	s.File, s.Source = name, string(source)
	return s, nil
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

// fill sets the fields from a document whose form is right.
func (s *Scenario) fill(document any, rules *rules) error {
	complete, err := rules.root.complete(document)
	if err != nil {
		return err
	}
	b, err := json.Marshal(complete)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // a key of the schema that no field reads is a defect
	return d.Decode(s)
}

// complete returns a value with the defaults of the schema filled in and durations in nanoseconds.
func (r rule) complete(value any) (any, error) {
	if r.isDuration() {
		return parseDuration(value)
	}
	switch value := value.(type) {
	case map[string]any:
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
