package wire

import (
	"maps"
	"slices"
)

// Texts bounds the different texts that are counted together: a server may put into each what no other has.
type Texts struct {
	Most   int    // texts
	Others string // replaces all beyond
}

// Count counts a text n times more.
func (t Texts) Count(counts map[string]int, text string, n int) {
	if len(counts) >= t.Most && counts[text] == 0 {
		text = t.Others
	}
	counts[text] += n
}

// Add counts what others have counted.
func (t Texts) Add(counts, other map[string]int) {
	for _, text := range slices.Sorted(maps.Keys(other)) { // which of them have room is no matter of chance
		t.Count(counts, text, other[text])
	}
}

// Notes are the texts of further observations of servers: each becomes a warning.
func Notes() Texts { return Texts{5, "further observations of servers that differ for each client"} }
