package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// mostWide keeps what --until-precise did not reach a line; run.json has all of it.
const mostWide = 6

// precision states the goal of --until-precise, and how near the run came; empty: there was none.
func precision(p *results.Precision) string {
	if p == nil {
		return ""
	}
	goal := fmt.Sprintf("±%.4g%%", 100*p.Goal)
	text := ""
	switch p.Ended {
	case results.EndedPrecise:
		text = fmt.Sprintf("Precise to %s after %d blocks: no interval of %d ratios is wider.", goal, p.Blocks, p.Compared)
	case results.EndedBudget:
		text = fmt.Sprintf("Not precise to %s after %d blocks, where the budget of %s ended%s.", goal, p.Blocks, budget(p), notPrecise(p))
	case results.EndedFailing:
		text = fmt.Sprintf("Not precise to %s: block %d has no trial that counts, and none was added%s.", goal, p.Blocks, notPrecise(p))
	case results.EndedNothing:
		text = fmt.Sprintf("Not precise to %s: no metric that was waited for has a ratio.", goal)
	default:
		return fmt.Sprintf("Not precise to %s yet: the run is not finished.", goal)
	}
	if len(p.LeftOut) > 0 {
		text += " Without a ratio, and not waited for: " + leftOut(p) + "."
	}
	return text
}

func budget(p *results.Precision) string {
	text := time.Duration(p.Budget * float64(time.Second)).String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}

// notPrecise names the ratios that are not narrow enough, the widest first.
func notPrecise(p *results.Precision) string {
	if len(p.Wide) == 0 {
		return ": all intervals were narrow enough in the last block, and had to be in two in succession"
	}
	sorted := slices.SortedStableFunc(slices.Values(p.Wide), func(a, b results.Wide) int { return cmp.Compare(uncertainty(b), uncertainty(a)) })
	var all []string
	for _, w := range sorted[:min(len(sorted), mostWide)] {
		text := ratioOf(w)
		if w.Resolution > 0 {
			text += " ±" + words.InPercent(w.Resolution)
		}
		switch {
		case w.Blocks > p.Blocks:
			text += fmt.Sprintf(" (about %d blocks)", w.Blocks)
		case w.Resolution == 0:
			text += " (no interval)"
		}
		all = append(all, text)
	}
	if more := len(sorted) - mostWide; more > 0 {
		all = append(all, fmt.Sprintf("and %d more in run.json", more))
	}
	return ": " + strings.Join(all, ", ")
}

// ratioOf names a ratio.
func ratioOf(w results.Wide) string {
	return placed(results.Place{Contestant: results.Contestant{Lane: w.Lane, Level: w.Level}, Across: w.Across}) + " " + w.Metric
}

// uncertainty orders ratios without an interval before all that have one.
func uncertainty(w results.Wide) float64 {
	if w.Resolution == 0 {
		return math.Inf(1)
	}
	return w.Resolution
}

// leftOut groups what has no ratio by the reason.
func leftOut(p *results.Precision) string {
	var reasons []string
	figures := map[string][]string{}
	for _, w := range p.LeftOut {
		if figures[w.Why] == nil {
			reasons = append(reasons, w.Why)
		}
		figures[w.Why] = append(figures[w.Why], ratioOf(w))
	}
	for i, why := range reasons {
		reasons[i] = strings.Join(figures[why], ", ") + " (" + why + ")"
	}
	return strings.Join(reasons, "; ")
}
