package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Suggest is the hint behind an unknown word: the nearest one that is known, or all of them.
func Suggest(word string, known []string) string {
	switch best := nearest(word, known); {
	case best != "":
		return meant(best)
	case len(known) == 0:
		return ": none are known"
	default:
		return ": known are " + strings.Join(known, ", ")
	}
}

func meant(word string) string { return `: did you mean "` + word + `"?` }

// nearest is the known word that is at most a few slips from this one; empty: none is.
func nearest(word string, known []string) (best string) {
	least := min(max(len(word)/3, 2), len(word)/2) + 1 // so many slips make another word
	for _, k := range known {
		if d := distance(word, k, least); d < least {
			best, least = k, d
		}
	}
	return best
}

// Lane says what is wrong with the name of a lane, in one line; nil: it is one, with options that it can have.
func (v Catalog) Lane(name string) error {
	if parts := strings.Split(name, "+"); !v.knows(parts) {
		return fmt.Errorf("no lane %q%s", name, v.suggestLane(parts))
	}
	return v.check(name)
}

// knows tells whether a lane and options are there of these names.
func (v Catalog) knows(parts []string) bool {
	return slices.Contains(v.lanes(), parts[0]) && !slices.ContainsFunc(parts[1:], func(option string) bool { return !slices.Contains(v.Options, option) })
}

// check says what is wrong with the options of a lane whose words are known.
func (v Catalog) check(name string) error {
	file, options, foreign := external(name)
	switch {
	case foreign && options != "" && !slices.Contains(v.Controls, options):
		return fmt.Errorf("%s cannot have +%s: it is no part of pushbench, which could change it; there is +%s", file, options, strings.Join(v.Controls, ", +"))
	case !foreign && v.Check != nil:
		return v.Check(name)
	default:
		return nil
	}
}

// suggestLane is the hint behind a lane with options: each word's nearest, or all there are of the first without one.
func (v Catalog) suggestLane(parts []string) string {
	meantParts := make([]string, len(parts))
	for i, part := range parts {
		known := v.Options
		if i == 0 {
			known = v.lanes()
		}
		if meantParts[i] = nearest(part, known); meantParts[i] != "" {
			continue
		}
		if i == 0 {
			return Suggest(part, known)
		}
		return ": options are +" + strings.Join(known, ", +")
	}
	return meant(strings.Join(meantParts, "+"))
}

// distance is how many letters must be typed, deleted or replaced to turn a into b (Levenshtein); enough or more of them
// may come out as enough.
func distance(a, b string, enough int) int {
	if len(a)-len(b) >= enough || len(b)-len(a) >= enough {
		return enough
	}
	row := make([]int, len(b)+1) // distances of a's head to every head of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// keys are the names of a mapping in the schema, in alphabetical order.
func (r rule) keys() []string { return slices.Sorted(maps.Keys(r)) }
