package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// kind is what a comparison came to.
type kind int

const (
	unknown kind = iota
	equal
	differs
)

func kindOf(r results.SummaryRow) kind {
	switch {
	case r.Verdict == stats.Better, r.Verdict == stats.Worse:
		return differs
	case r.Verdict == stats.Same && words.Decided(r.Within), r.Verdict == stats.Unclear && bothZero(r):
		return equal
	default:
		return unknown
	}
}

// claims are the comparisons that the findings are about, and how a sentence about each kind of them begins.
type claims struct {
	view  *results.View
	rows  func(metric string) []results.SummaryRow
	begin map[kind]string
}

// withFirst compares lanes with the first.
func withFirst(v *results.View) claims {
	rows := func(metric string) (rows []results.SummaryRow) {
		for _, l := range v.Lanes[1:] {
			rows = append(rows, v.Row(l.Name, metric))
		}
		return rows
	}
	first := v.Lanes[0].Name
	return claims{v, rows, map[kind]string{
		differs: "Other than " + first,
		equal:   "Equal to " + first,
		unknown: "how lanes compare with " + first,
	}}
}

// betweenLevels compares the last level of each lane with its first.
func betweenLevels(v *results.View, vary *results.Vary) claims {
	first, last := vary.Levels[0], vary.Levels[len(vary.Levels)-1]
	rows := func(metric string) (rows []results.SummaryRow) {
		for _, l := range v.Lanes {
			r := v.At(last).Row(l.Name, metric)
			r.Comparison = r.Across
			rows = append(rows, r)
		}
		return rows
	}
	return claims{v, rows, map[kind]string{
		differs: fmt.Sprintf("From %s %s to %s there is a difference", vary.Key, first, last),
		equal:   fmt.Sprintf("Equal at %s %s and %s", vary.Key, first, last),
		unknown: fmt.Sprintf("how %s %s and %s compare", vary.Key, first, last),
	}}
}

// sentence names, figure by figure, the lanes whose comparison came to a kind; empty: none did.
func (c claims) sentence(k kind) string {
	why := func(r results.SummaryRow) string {
		if k != unknown {
			return ""
		}
		sign, _ := verdictWords(r, 0)
		return shortened(r, sign)
	}
	var parts []string
	for _, g := range known(c.view) {
		rows := slices.DeleteFunc(c.rows(g.metric), func(r results.SummaryRow) bool { return kindOf(r) != k })
		for _, group := range grouped(rows, why) {
			var lanes []string
			bound, within := why(group[0]), 0.0
			for _, r := range group {
				name := r.Lane
				if k == differs {
					name += " " + words.Ratio(r.Ratio)
				}
				lanes = append(lanes, name)
				if r.Within > within {
					within = r.Within
				}
			}
			if k == equal && words.Visible(within) {
				bound = "within " + words.AtMost(within)
			}
			text := "in " + g.noun + ": " + listed(lanes)
			if bound != "" {
				text += " (" + bound + ")"
			}
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return c.begin[k] + " " + strings.Join(parts, "; ")
}

// listed names lanes, of many how many.
func listed(lanes []string) string {
	if len(lanes) > words.MostNamed {
		return fmt.Sprintf("%d lanes", len(lanes))
	}
	return enumerated(lanes)
}

// enumerated puts parts of a sentence in a row.
func enumerated(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
