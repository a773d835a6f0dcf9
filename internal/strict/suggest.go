package strict

import (
	"strings"

	"github.com/agnivade/levenshtein"
)

// Suggest is the hint behind an unknown word: the nearest one that is known, or all of them.
func Suggest(word string, known []string) string {
	switch best := Nearest(word, known); {
	case best != "":
		return Meant(best)
	case len(known) == 0:
		return ": none are known"
	default:
		return ": known are " + strings.Join(known, ", ")
	}
}

// Meant is the hint that names one word.
func Meant(word string) string { return `: did you mean "` + word + `"?` }

// Nearest is the known word that is at most a few slips from this one; empty: none is.
func Nearest(word string, known []string) (best string) {
	least := min(max(len(word)/3, 2), len(word)/2) + 1 // so many slips make another word
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}
