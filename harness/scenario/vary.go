package scenario

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
)

// Vary is the one key of a scenario that differs between contestants: each lane runs at each of its levels.
type Vary struct {
	Key    string  `json:"key"`
	Levels []Level `json:"levels"` // two or more
}

// Level is one value of the varied key.
type Level struct {
	Name     string    `json:"name"` // the value as the file has it
	Scenario *Scenario `json:"-"`    // with this value, and nothing varied
}

// Contestants are all of them, lane by lane.
func (s *Scenario) Contestants() (all []results.Contestant) {
	for _, lane := range s.Lanes {
		if s.Vary == nil {
			all = append(all, results.Contestant{Lane: lane})
			continue
		}
		for _, l := range s.Vary.Levels {
			all = append(all, results.Contestant{Lane: lane, Level: l.Name})
		}
	}
	return all
}

// Variants are the scenario at each level; itself, where nothing varies.
func (s *Scenario) Variants() []*Scenario {
	if s.Vary == nil {
		return []*Scenario{s}
	}
	var all []*Scenario
	for _, l := range s.Vary.Levels {
		all = append(all, l.Scenario)
	}
	return all
}

// At is the scenario at a level; itself, where it has none of that name.
func (s *Scenario) At(level string) *Scenario {
	if s.Vary != nil {
		for _, l := range s.Vary.Levels {
			if l.Name == level {
				return l.Scenario
			}
		}
	}
	return s
}

// mostLevels bounds a run, and the time it takes to read its file: each level is checked in whole.
const mostLevels = 32

// varyRule is what an editor can know of the key: which keys there are to vary depends on the phases.
func varyRule() map[string]any {
	return map[string]any{
		"description": "The one key whose values are compared, and these values: heartbeat.every: [1s, 5s, 15s]. A key of a phase begins with the phase's name, or with its kind where it has none: broadcast.size. Each lane runs at each level; the first is the baseline of the others. Default: nothing varies.",
		"type":        "object", "minProperties": 1, "maxProperties": 1,
		"additionalProperties": map[string]any{"type": "array", "minItems": 2, "maxItems": mostLevels, "items": map[string]any{"type": []string{"string", "number", "boolean"}, "patternErrorMessage": "want a number, a text, true or false"}},
	}
}

// factor is the key that a file varies.
type factor struct {
	key    string
	rule   strict.Rule
	paths  [][]string // where it stands, or would
	levels []*strict.Node
}

// factor finds the key that a file varies. nil: it has none, or what is wrong with it is reported, here or by the schema.
func (r *reader) factor(root *strict.Node, rules *rules) *factor {
	vary := root.Child("vary")
	if len(vary.Fields) != 1 {
		return nil
	}
	key, list := vary.Fields[0].Key, vary.Fields[0].Value
	if len(list.Items) < 2 || len(list.Items) > mostLevels || slices.ContainsFunc(list.Items, func(n *strict.Node) bool { return n.Text == "" }) {
		return nil
	}
	known := rules.factors(root)
	f := known[key]
	switch {
	case slices.Contains(harmless(), key):
		r.Report(vary.Fields[0].At, "vary: %s changes nothing in a trial: vary a key that does", key)
		return nil
	case key == "path" && slices.ContainsFunc(root.Child("path").Items, func(n *strict.Node) bool { return n.Field("link") != nil }):
		r.Report(vary.Fields[0].At, "vary: the levels of path are proxies, and would each drop its link: vary link.rtt, or another of its keys, or leave the link out")
		return nil
	case f == nil:
		r.Report(vary.Fields[0].At, "vary: no key %q%s", strict.Brief(key), strict.Suggest(strict.Brief(key), slices.Sorted(maps.Keys(known))))
		return nil
	}
	f.levels = list.Items
	return f
}

// factors are the keys of a file that can be varied: all with one value that change a trial.
func (r *rules) factors(root *strict.Node) map[string]*factor {
	all := map[string]*factor{}
	var add func(key string, rule strict.Rule, path []string)
	add = func(key string, rule strict.Rule, path []string) {
		switch {
		case rule.Child("properties") != nil:
			for name, p := range rule.Child("properties") {
				if below, _ := p.(map[string]any); name != "name" {
					add(key+"."+name, below, append(slices.Clone(path), name))
				}
			}
		case key != "path" && (rule["type"] == "array" || rule["type"] == "object"):
		case all[key] == nil:
			all[key] = &factor{key: key, rule: rule}
			fallthrough
		default:
			all[key].paths = append(all[key].paths, path)
		}
	}
	properties := r.Root.Child("properties")
	for name := range properties {
		if !slices.Contains(harmless(), name) && name != "phases" && name != "vary" {
			add(name, properties.Child(name), []string{name})
		}
	}
	for i, item := range root.Child("path").Items {
		if item.Field("link") != nil {
			add("link", r.linkRule(), []string{"path", fmt.Sprint(i), "link"})
		}
	}
	for i, item := range root.Child("phases").Items {
		for _, k := range r.catalog.Phases {
			if f := item.Field(k.Name); f != nil {
				name := k.Name
				if given := f.Value.Field("name"); given != nil {
					name = given.Value.Text
				}
				add(name, r.phaseRule().Child(k.Name), []string{"phases", fmt.Sprint(i), k.Name})
			}
		}
	}
	return all
}

// repeated reports levels that are one value, however they are written.
func (r *reader) repeated(f *factor) {
	first := map[string]*strict.Node{}
	for i, n := range f.levels {
		value, err := f.rule.Complete(n.Value)
		if err != nil {
			continue // out of bounds, and reported
		}
		if same := first[fmt.Sprint(value)]; same != nil {
			r.Report(n.Position, "vary.%s[%d]: %s is the level %s once more", f.key, i, n.Text, same.Text)
			continue
		}
		first[fmt.Sprint(value)] = n
	}
}

// set puts a level where the key stands, in a file that was read for it alone.
func (f *factor) set(root, level *strict.Node) {
	for _, path := range f.paths {
		n := root
		for _, step := range path[:len(path)-1] {
			n = n.Into(step, level.Position)
		}
		n.Put(path[len(path)-1], level)
	}
}
