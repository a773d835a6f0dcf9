package plots

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// caveats are the warnings behind the figures of a picture, a sentence each; equal ones once, lost messages first.
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
	var sentences []string
	for _, w := range slices.Concat(reach, others) {
		sentences = append(sentences, "Warning: "+v.who(lanes[w])+": "+w+".")
	}
	return sentences
}

// lossy names the lanes that lost messages, or may have: what was lost is in no latency.
func (v *view) lossy(rows []results.SummaryRow) (parts []string) {
	for _, k := range []struct {
		code results.Code
		text string
	}{{results.ReachBelow, "Messages lost: "}, {results.ReachUnknown, "Unknown what was lost: "}} {
		var names []string
		for _, r := range rows {
			warned := slices.ContainsFunc(words.Remarks(r, v.Few), func(w results.Warning) bool { return w.Code == k.code })
			if warned && !slices.Contains(names, r.Lane) {
				names = append(names, r.Lane)
			}
		}
		switch len(names) {
		case 0:
		case 1:
			parts = append(parts, k.text+names[0])
		default:
			parts = append(parts, fmt.Sprintf("%s%d lanes", k.text, len(names)))
		}
	}
	return parts
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
