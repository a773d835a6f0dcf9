package scenario

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// groupMark begins the name of a group of lanes where lanes are named: @sse.
const groupMark = "@"

// WithLanes is the same scenario with other lanes, the first the new baseline: names of lanes, and of groups of them, in
// each word one or several with commas between. What the scenario runs of its baseline with an option it runs of the new one:
// the twin of compare, and what calibrate has a truth for. The source stays what it is; a record of the scenario has the lanes beside
// it, as its override.
func (s *Scenario) WithLanes(words []string, v Catalog) (*Scenario, error) {
	rules, err := newRules(v)
	if err != nil {
		return nil, err
	}
	lanes, err := chosen(words, v, rules)
	if err != nil {
		return nil, err
	}
	lanes = slices.Insert(lanes, 1, s.optionsOfBaseline(lanes, rules)...)
	for i, word := range lanes {
		if lanes[i], err = fromHere(word); err != nil {
			return nil, err
		}
	}
	with, err := Record{Name: s.File, Source: []byte(s.Source), Override: lanes}.parse(rules)
	if err != nil {
		return nil, fmt.Errorf("with the lanes of --lanes: %w", err)
	}
	return with, nil
}

// fromHere is a lane as it can be found from any folder: --lanes takes files from the current one, as a shell completes them.
func fromHere(word string) (string, error) {
	file, option, changed := strings.Cut(word, "+")
	if !isLaneFile(file) {
		return word, nil
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
		if name := lanes[0] + "+" + option; ok && !slices.Contains(lanes, name) && rules.mistake(name) == "" {
			out = append(out, name)
		}
	}
	return out
}

// chosen are the lanes that words name, each once, in the order they are first named. The error has a line for each word
// that names none.
func chosen(words []string, v Catalog, rules *rules) (lanes []string, err error) {
	var mistakes []error
	for word := range strings.SplitSeq(strings.Join(words, ","), ",") {
		word = strings.TrimSpace(word)
		var named []string
		var why string
		switch {
		case word == "":
			continue
		case strings.HasPrefix(word, groupMark):
			named, why = v.group(word, rules)
		default:
			named, why = []string{word}, rules.mistake(word)
			if why != "" && v.Groups[word] != nil {
				why = fmt.Sprintf("%q is no lane but a group: %s", word, groupMark+word)
			}
		}
		if why != "" {
			mistakes = append(mistakes, errors.New("--lanes: "+why))
			continue
		}
		for _, l := range named {
			if !slices.ContainsFunc(lanes, func(other string) bool { return inOrder(other) == inOrder(l) }) {
				lanes = append(lanes, l)
			}
		}
	}
	if len(mistakes) == 0 && len(lanes) == 0 {
		return nil, errors.New("--lanes names no lane: give names and groups, such as ws-gorilla,@sse; pushbench list lanes shows them")
	}
	return lanes, errors.Join(mistakes...)
}

// group are the lanes of a group, with an option where the word has one: of those, the lanes that can have it.
func (v Catalog) group(word string, rules *rules) (lanes []string, why string) {
	name, option, changed := strings.Cut(strings.TrimPrefix(word, groupMark), "+")
	members, ok := v.Groups[name]
	if !ok {
		var known []string
		for _, g := range slices.Sorted(maps.Keys(v.Groups)) {
			known = append(known, groupMark+g)
		}
		return nil, fmt.Sprintf("unknown group %q%s", groupMark+name, Suggest(groupMark+name, known))
	}
	for _, l := range members {
		switch {
		case !changed:
			lanes = append(lanes, l)
		case rules.mistake(l+"+"+option) == "":
			lanes = append(lanes, l+"+"+option)
		default:
			why = rules.mistake(l + "+" + option)
		}
	}
	switch {
	case len(members) == 0:
		return nil, fmt.Sprintf("group %s has no lanes: pushbench list lanes shows which are there", groupMark+name)
	case len(lanes) == 0:
		return nil, fmt.Sprintf("no lane of %s can have +%s: %s", groupMark+name, option, why)
	default:
		return lanes, ""
	}
}

// mistake says what is wrong with the name of a lane; empty: nothing.
func (r *rules) mistake(lane string) string {
	err := error(nil)
	if file, _, ok := external(lane); ok {
		_, err = (&reader{}).laneFile(file, nil)
	} else if parts := strings.Split(lane, "+"); !r.catalog.knows(parts) {
		err = fmt.Errorf("unknown %q%s", lane, r.catalog.suggestLane(parts))
	}
	if err == nil {
		err = r.catalog.check(lane)
	}
	if err == nil {
		return ""
	}
	return err.Error()
}
