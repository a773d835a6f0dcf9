package results

import (
	"regexp"
	"strings"
)

// Reference is a figure that a note quotes.
type Reference struct {
	Metric string
	Of     string // not the figure itself, but how many times that of this lane it is; empty: itself
}

// FillNote is a sentence about a lane with the figures it quotes: {{METRIC}} is the lane's own, {{METRIC / LANE}} how many
// times that of another lane it is. figure writes one; where it has none, there is no sentence: false.
func FillNote(note string, figure func(Reference) (text string, known bool)) (sentence string, ok bool) {
	ok = true
	reference := regexp.MustCompile(`\{\{([a-z0-9_]+)(?: / ([a-z0-9+-]+))?\}\}`)
	var b strings.Builder
	at := 0
	for _, m := range reference.FindAllStringSubmatchIndex(note, -1) {
		r := Reference{Metric: note[m[2]:m[3]]}
		if m[4] >= 0 {
			r.Of = note[m[4]:m[5]]
		}
		text, known := figure(r)
		ok = ok && known
		b.WriteString(note[at:m[0]] + text)
		at = m[1]
	}
	return b.String() + note[at:], ok
}
