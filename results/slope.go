package results

import (
	"math"
	"slices"

	"github.com/pushbench/pushbench/results/stats"
)

// enoughToGrow are as many connections as touch a page of any server that serves them.
const enoughToGrow = 20

// line fits a metric over the levels. The baseline (no connections) is not one of them: the first connections pay for
// what is allocated once (pools, the poller, the scheduler's threads), and would be charged to all.
func (r Rows) line(source, metric string) (stats.Line, Warning) {
	var x, y []float64
	for _, s := range r.find(PhaseLevel, source, metric) {
		x, y = append(x, float64(s.Connections)), append(y, s.Value)
	}
	l := stats.Slope(x, y)
	switch {
	case len(x) == 0:
		return l, r.missing(PhaseLevel, source, metric)
	case l.Counts >= 2 && !l.OK:
		return l, unknown(PhaseLevel, source, metric)
	case !l.OK:
		return l, Warning{Code: OneCount}
	case metric == "rss" && slices.Min(y) == slices.Max(y) && slices.Max(x)-slices.Min(x) >= enoughToGrow:
		return stats.Line{Slope: math.NaN(), Counts: l.Counts}, Because(NoFigure, grewNothing)
	case l.Counts < 3:
		return l, Warning{Code: TwoCounts}
	case l.R2 < 0.9:
		return l, Warning{Code: NotStraight, Args: Args{"metric": metric}}
	default:
		return l, Warning{}
	}
}

func slope(source, metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		l, warning := r.line(source, metric)
		return l.Slope, warning, nil
	}
}

// intercept is what the line of a metric over the connections has at none. It is less than what a fresh process has: the first
// connections pay for what is allocated once.
func intercept(source, metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		l, warning := r.line(source, metric)
		return l.Intercept, warning, nil
	}
}

// slopeAfter is the slope plus what traffic added at the largest count, shared by its connections.
func slopeAfter(source, metric string) derivation {
	return func(r Rows, _ string) (float64, Warning, error) {
		l, warning := r.line(source, metric)
		if !l.OK {
			return l.Slope, warning, nil
		}
		var top Sample
		for _, s := range r.find(PhaseLevel, source, metric) {
			if s.Connections >= top.Connections {
				top = s
			}
		}
		after := r.find(PhaseAfter, source, metric)
		if len(after) == 0 {
			return math.NaN(), r.missing(PhaseAfter, source, metric), nil
		}
		last := after[len(after)-1]
		if last.Connections != top.Connections {
			return without("connections were lost before phase after")
		}
		return l.Slope + (last.Value-top.Value)/float64(top.Connections), warning, nil
	}
}
