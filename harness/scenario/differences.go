package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// harmless are the keys that change nothing in a trial of a lane: what it is called, what it stands beside, how often it
// is repeated, what is shown of it and when it is given up.
func harmless() []string {
	return []string{"name", "description", "lanes", "blocks", "seed", "metrics", "patience"}
}

// Differences returns the keys, in alphabetical order, in which two scenarios ask for different trials. None: figures of
// runs of the two can be compared lane by lane. Comments are no keys, and a default is as good as its value written out.
func Differences(a, b *Scenario) ([]string, error) {
	x, err := a.asked()
	if err != nil {
		return nil, err
	}
	y, err := b.asked()
	if err != nil {
		return nil, err
	}
	keys := slices.Concat(slices.Collect(maps.Keys(x)), slices.Collect(maps.Keys(y)))
	keys = slices.DeleteFunc(keys, func(key string) bool { return x[key] == y[key] })
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// asked is what a scenario asks of a trial: the text of each value by its key.
func (s *Scenario) asked() (map[string]string, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(b, &values); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	out := map[string]string{}
	for key, value := range values {
		if !slices.Contains(harmless(), key) {
			out[key] = string(value)
		}
	}
	delete(out, "phases")
	for _, p := range s.Phases {
		b, err := json.Marshal(p)
		if err != nil {
			return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
		out["phases."+p.Name] += string(b) // of ramps there are several
	}
	return out, nil
}
