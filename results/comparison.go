package results

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// Comparison compares a figure of a contestant with that of its baseline.
type Comparison struct {
	Baseline string // the lane, or the level, compared with

	Ratio, RatioLow, RatioHigh float64 // divided by the baseline, paired within blocks
	Blocks                     int     // that carry the ratio
	Verdict                    string  // empty: there is nothing to compare with
	Within                     float64 // verdict ~: the two are equal within this share; +Inf: no bound is known; otherwise NaN
	Resolution                 float64 // verdict ~: the difference this run could have seen, as a share; otherwise NaN
	BlocksToSee                int     // verdict ~: blocks a relevant difference would need (estimate); 0: unknown

	Footnotes []Warning // those of the row's warnings without which the verdict would be another

	why Warning // there is no ratio
}

func uncompared(baseline string) Comparison {
	none := math.NaN()
	return Comparison{Baseline: baseline, Ratio: none, RatioLow: none, RatioHigh: none, Within: none, Resolution: none}
}

// NoRatio is why the ratio or its interval is missing; none: it is there, or the values themselves are missing.
func (c Comparison) NoRatio() Warning { return c.why }

// pair is a figure of two contestants to compare.
type pair struct {
	figure

	m, baseline measured
	itself      bool // m is the baseline
	against     string
	levels      bool    // the two are levels of a lane, and not lanes at a level
	silent      [2]bool // idle connections of m, and of the baseline, carry nothing
	relevant    float64
	least       float64 // the difference up to which there is no verdict
}

// compare compares the row's contestant with its baseline. The row gets the reasons why there is no verdict.
func (row *SummaryRow) compare(p pair) Comparison {
	c := uncompared(p.against)
	c.Verdict = stats.Baseline
	reasons := slices.Clone(row.reasons)
	explain := func(w Warning) {
		row.Warnings, reasons = AddWarning(row.Warnings, w), append(reasons, w)
	}
	if !p.itself {
		ratio := stats.PairedRatio(inBoth(p.m, p.baseline))
		c.Ratio, c.RatioLow, c.RatioHigh, c.Blocks = ratio.Center, ratio.Low, ratio.High, ratio.N
		c.Verdict = stats.Decide(ratio, p.Better, p.least)
		if row.N > 0 { // otherwise the trials have the reason
			c.why = p.noRatio(ratio)
		}
		once := c.why
		once.Code = NoInterval
		switch {
		case c.why.None():
		case c.why.Code == BothZero: // no verdict is missed
			row.Warnings = AddWarning(row.Warnings, c.why)
		case !slices.ContainsFunc(row.Warnings, once.equal):
			explain(c.why)
		}
		if c.Verdict == stats.Same {
			c.Within, c.Resolution, c.BlocksToSee = stats.Within(ratio), stats.Resolution(ratio), stats.BlocksToSee(ratio, p.relevant)
		}
	}
	if why := p.distrust(); !why.None() {
		distrusted := uncompared(p.against)
		c.Verdict, c.Within, c.Resolution, c.BlocksToSee = stats.Unclear, distrusted.Within, distrusted.Resolution, 0
		explain(why)
	}
	switch {
	case c.Verdict == stats.Unclear || row.N == 0:
		c.Footnotes = reasons
	case !p.itself:
		c.Footnotes = p.doubt(c.Verdict)
	}
	return c
}

// noRatio is why two figures have none; none: they have.
func (p pair) noRatio(ratio stats.Interval) Warning {
	switch {
	case ratio.OK:
		return Warning{}
	case ratio.Why == stats.BothZero:
		return Because(BothZero, ratio.Why)
	case ratio.N == 0 && p.levels:
		return Because(NoComparison, "no block has a value of both levels")
	case ratio.N == 0:
		return Because(NoComparison, "no block has a value of both lanes")
	default:
		return Because(NoComparison, ratio.Why)
	}
}

// of is whom a warning of the baseline is about.
func (p pair) of() Whose {
	if p.levels {
		return OfFirstLevel
	}
	return OfBaseline
}

// distrust is why there is no verdict although there may be a ratio: either side lost messages (rule 11), or of idle connections
// one side alone keeps them alive.
func (p pair) distrust() Warning {
	switch {
	case !p.m.reach.None():
		return p.m.reach
	case !p.baseline.reach.None() && !p.itself:
		return about(p.of(), []Warning{p.baseline.reach})[0]
	case p.Name != idleCPU || p.silent[0] == p.silent[1]:
		return Warning{}
	case p.silent[0]:
		return Warning{Code: NotKeptAlive, Args: Args{"side": "lane"}}
	default:
		return Warning{Code: NotKeptAlive, Args: Args{"side": "baseline"}}
	}
}

// doubt notes what the figures of single trials warn of, where the verdict would be another without these trials.
func (p pair) doubt(verdict string) []Warning {
	if len(p.m.caveats.order)+len(p.baseline.caveats.order) == 0 {
		return nil
	}
	ratio := stats.PairedRatio(inBoth(p.m.clean(), p.baseline.clean()))
	if stats.Decide(ratio, p.Better, p.least) == verdict {
		return nil
	}
	return append(p.m.caveats.lines(p.m.trials), about(p.of(), p.baseline.caveats.lines(p.baseline.trials))...)
}
