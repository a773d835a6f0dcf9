package report

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
	"github.com/pushbench/pushbench/results/words"
)

// jsonFigureOf is an estimate with its interval. JSON has no NaN and no infinity.
func jsonFigureOf(value, low, high float64, why string) jsonFigure {
	f := jsonFigure{Value: finite(value), Low: finite(low), High: finite(high)}
	switch infinite := math.IsInf(value, 0) || math.IsInf(low, 0) || math.IsInf(high, 0); {
	case infinite:
		f.Reason = "it has no bound"
	case f.Value == nil || f.Low == nil || f.High == nil:
		f.Reason = why
	}
	return f
}

// jsonValueOf is a number that is no estimate: it has no interval.
func jsonValueOf(value float64, why string) jsonValue {
	if v := finite(value); v != nil {
		return jsonValue{Value: v}
	}
	return jsonValue{Reason: why}
}

func jsonComparisonOf(r results.SummaryRow, c results.Comparison) jsonComparison {
	missing, within := append(r.Missing(), c.NoRatio()), "the verdict is not that they are equal"
	why := reasons(missing, "no block has a value of both")
	switch c.Verdict {
	case stats.Baseline:
		why = "it is the baseline"
	case stats.Same:
		within = "nothing bounds how far apart they are"
	}
	return jsonComparison{
		Baseline: c.Baseline, Ratio: jsonFigureOf(c.Ratio, c.RatioLow, c.RatioHigh, why), Verdict: c.Verdict, Within: jsonValueOf(c.Within, within),
	}
}

// reasons are warnings in words, or what is the case where there are none.
func reasons(all []results.Warning, otherwise string) string {
	var why []string
	for _, w := range all {
		if text := w.String(); !w.None() && !slices.Contains(why, text) {
			why = append(why, text)
		}
	}
	if len(why) == 0 {
		return otherwise
	}
	return strings.Join(why, "; ")
}

func finite(v float64) *float64 {
	if !words.Finite(v) {
		return nil
	}
	return &v
}

// positive is a number that a record has as 0 where it has none.
func positive[T int | uint64 | float64](v T) *T {
	if v <= 0 {
		return nil
	}
	return &v
}

func date(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// list is one that JSON writes as [] where it is empty.
func list(all []string) []string { return append([]string{}, all...) }
