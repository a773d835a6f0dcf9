package scenario

import (
	"maps"
	"slices"
	"strings"
)

// Suggest is the hint behind an unknown word: the nearest one that is known, or all of them.
func Suggest(word string, known []string) string {
	best := ""
	least := min(max(len(word)/3, 2), len(word)/2) + 1 // so many slips make another word
	for _, k := range known {
		if d := distance(word, k, least); d < least {
			best, least = k, d
		}
	}
	switch {
	case best != "":
		return `: did you mean "` + best + `"?`
	case len(known) == 0:
		return ": none are known"
	default:
		return ": known are " + strings.Join(known, ", ")
	}
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
