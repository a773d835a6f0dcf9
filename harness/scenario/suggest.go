package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
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
		if d := levenshtein.ComputeDistance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// Lane says what is wrong with the reference to a lane, in one line; nil: nothing, but for what its file says.
func (c Catalog) Lane(reference string) error {
	file, options, isExternal := external(reference)
	parts := strings.Split(reference, "+")
	unknown := func(option string) bool { return !slices.Contains(c.Options, option) }
	switch {
	case isExternal && options != "" && !slices.Contains(c.Controls, options):
		return fmt.Errorf("%s cannot have +%s: it is no part of pushbench, which could change it; there is +%s", file, options, strings.Join(c.Controls, ", +"))
	case isExternal:
		return nil
	case !slices.Contains(c.lanes(), parts[0]), slices.ContainsFunc(parts[1:], unknown):
		return fmt.Errorf("no lane %q%s", reference, c.suggestLane(parts))
	case c.Check != nil:
		return c.Check(reference)
	default:
		return nil
	}
}

// suggestLane is the hint behind a lane with options: each word's nearest, or all there are of the first without one.
func (c Catalog) suggestLane(parts []string) string {
	meantParts := make([]string, len(parts))
	for i, part := range parts {
		known := c.Options
		if i == 0 {
			known = c.lanes()
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

// keys are the names of a mapping in the schema, in alphabetical order.
func (r rule) keys() []string { return slices.Sorted(maps.Keys(r)) }
