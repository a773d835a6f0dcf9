package plots

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// mostCaveats keeps a caption a caption; the report has all of them.
const mostCaveats = 2

// caveats are the warnings behind the figures of a picture; equal ones once, lost messages first.
func (v *view) caveats(rows []results.SummaryRow) []string {
	var reach, others []string
	lanes := map[string][]string{}
	for _, r := range rows {
		for _, warning := range words.Remarks(r, v.Few) {
			w := warning.String()
			switch {
			case lanes[w] != nil:
			case warning.LessReach():
				reach = append(reach, w)
			default:
				others = append(others, w)
			}
			if name := r.Contestant().String(); !slices.Contains(lanes[w], name) {
				lanes[w] = append(lanes[w], name)
			}
		}
	}
	texts := slices.Concat(reach, others)
	if len(texts) == 0 {
		return nil
	}
	var sentences []string
	for _, w := range texts[:min(len(texts), mostCaveats)] {
		sentences = append(sentences, v.who(lanes[w])+": "+w)
	}
	text := "Warning: " + strings.Join(sentences, "; ")
	if more := len(texts) - mostCaveats; more > 0 {
		text += fmt.Sprintf("; and %d more in the report", more)
	}
	return []string{text + "."}
}

// who names lanes, at their levels, in a few words.
func (v *view) who(lanes []string) string {
	switch {
	case len(lanes) > 1 && len(lanes) == len(v.Lanes)*len(v.Data.Run.Levels()):
		return "every lane"
	case len(lanes) > words.MostNamed:
		return fmt.Sprintf("%d lanes", len(lanes))
	default:
		return strings.Join(lanes, ", ")
	}
}
