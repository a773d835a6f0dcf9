package scenario

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/strict"
)

// groupMark begins the name of a group of lanes where lanes are named: @sse.
const groupMark = "@"

// WithLanes is the same scenario with other lanes, the first the new baseline: names of lanes, and of groups of them, in
// each reference one or several with commas between. What the scenario runs of its baseline with an option it runs of the new one:
// the A/A control of compare, and the lanes of calibrate that have known offsets. The source stays what it is; a record of the scenario has the lanes beside
// it, as its override.
func (s *Scenario) WithLanes(references []string, c Catalog) (*Scenario, error) {
	rules, err := newRules(c)
	if err != nil {
		return nil, err
	}
	lanes, err := override(references, c, rules)
	if err != nil {
		return nil, err
	}
	lanes = slices.Insert(lanes, 1, s.optionsOfBaseline(lanes, rules)...)
	for i, reference := range lanes {
		if lanes[i], err = fromHere(reference); err != nil {
			return nil, err
		}
	}
	rec := s.record()
	rec.Override = lanes
	with, err := rec.parse(rules)
	if err != nil {
		return nil, fmt.Errorf("with the lanes of --lanes: %w", err)
	}
	return with, nil
}

// fromHere is a lane as it can be found from any folder: --lanes takes files from the current one, as a shell completes them.
func fromHere(reference string) (string, error) {
	file, option, changed := strings.Cut(reference, "+")
	if !strict.IsFile(file) {
		return reference, nil
	}
	file, err := filepath.Abs(file)
	if changed {
		file += "+" + option
	}
	return file, err
}

// optionsOfBaseline are the lanes that are to the new baseline what lanes of the scenario are to its own.
func (s *Scenario) optionsOfBaseline(lanes []string, rules *rules) (out []string) {
	for _, l := range s.Lanes[1:] {
		option, ok := strings.CutPrefix(l, s.Lanes[0]+"+")
		if name := lanes[0] + "+" + option; ok && !slices.Contains(lanes, name) && rules.lane(name) == nil {
			out = append(out, name)
		}
	}
	return out
}

// override are the lanes that references name, each once, in the order they are first named. The error has a line for each
// reference that names none.
func override(references []string, c Catalog, rules *rules) (lanes []string, err error) {
	var errs []error
	for reference := range strings.SplitSeq(strings.Join(references, ","), ",") {
		reference = strings.TrimSpace(reference)
		if reference == "" {
			continue
		}
		named, err := c.named(reference, rules)
		if err != nil {
			errs = append(errs, fmt.Errorf("--lanes: %w", err))
			continue
		}
		for _, l := range named {
			if !slices.ContainsFunc(lanes, func(other string) bool { return inOrder(other) == inOrder(l) }) {
				lanes = append(lanes, l)
			}
		}
	}
	if len(errs) == 0 && len(lanes) == 0 {
		return nil, errors.New("--lanes names no lane: give names and groups, such as ws-gorilla,@sse; pushbench list lanes shows them")
	}
	return lanes, errors.Join(errs...)
}

// named are the lanes of one reference: a lane, or a group of them.
func (c Catalog) named(reference string, rules *rules) ([]string, error) {
	if strings.HasPrefix(reference, groupMark) {
		return c.group(reference, rules)
	}
	err := rules.lane(reference)
	if err != nil && c.Groups[reference] != nil {
		err = fmt.Errorf("%q is no lane but a group: %s", reference, groupMark+reference)
	}
	return []string{reference}, err
}

// group are the lanes of a group, with an option where the reference has one: of those, the lanes that can have it.
func (c Catalog) group(reference string, rules *rules) (lanes []string, err error) {
	name, option, changed := strings.Cut(strings.TrimPrefix(reference, groupMark), "+")
	members, ok := c.Groups[name]
	if !ok {
		var known []string
		for _, g := range slices.Sorted(maps.Keys(c.Groups)) {
			known = append(known, groupMark+g)
		}
		return nil, fmt.Errorf("unknown group %q%s", groupMark+name, strict.Suggest(groupMark+name, known))
	}
	for _, l := range members {
		if changed {
			l += "+" + option
		}
		if wrong := rules.lane(l); wrong != nil {
			err = wrong
			continue
		}
		lanes = append(lanes, l)
	}
	switch {
	case len(members) == 0:
		return nil, fmt.Errorf("group %s has no lanes: pushbench list lanes shows which are there", groupMark+name)
	case len(lanes) == 0:
		return nil, fmt.Errorf("no lane of %s can have +%s: %w", groupMark+name, option, err)
	default:
		return lanes, nil
	}
}

// lane says what is wrong with the reference to a lane; nil: nothing.
func (r *rules) lane(reference string) error {
	if file, _, ok := external(reference); ok {
		if _, err := (&reader{}).laneFile(file, nil); err != nil {
			return err
		}
	}
	return r.catalog.Lane(reference)
}
