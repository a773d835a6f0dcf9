package stats

import (
	"math"
	"slices"
)

// PairedRatio returns the median of the ratios a[i]/b[i], where i is a block, with the interval of Median around it: the
// inverted sign test. a and b have the same length.
//
// A ratio is taken within a block because the machine drifts between blocks by more than lanes differ; and its median,
// because ratios are skewed even where a and b are not. Halfway between two middle ratios is their geometric mean, so that
// swapping a and b inverts the result.
//
// What all lanes of a block share cancels out. What one lane has in one block alone (something else ran on the machine)
// does not make a false alarm likelier: that block falls to one side for certain, where it fell there with one half before,
// and as many alarms as this adds on that side it takes away on the other (TestSameLaneTwice).
//
// Two zeros are equal: ratio 1. Where b alone is zero, or a value is negative (a slope of pure noise) or unknown, no ratio
// exists; leaving such a block out would filter the data, so the whole result is not OK.
func PairedRatio(a, b []float64) Interval {
	if slices.ContainsFunc(slices.Concat(a, b), unknown) {
		return noRatio(len(a), "a value is unknown")
	}
	ratios := make([]float64, len(a))
	for i := range a {
		switch {
		case a[i] == 0 && b[i] == 0:
			ratios[i] = 1
		case b[i] == 0:
			return noRatio(len(a), "the baseline is 0 in a block")
		case a[i] < 0 || b[i] < 0:
			return noRatio(len(a), "a value is negative in a block")
		default:
			ratios[i] = a[i] / b[i]
		}
	}
	return interval(ratios, func(a, b float64) float64 { return math.Sqrt(a) * math.Sqrt(b) })
}

func noRatio(n int, why string) Interval {
	return Interval{Center: math.NaN(), Low: math.NaN(), High: math.NaN(), N: n, Why: why}
}

// Resolution is the difference a comparison could have seen, as a share (0.05 for 5 %): half of its interval, on
// logarithms. A true difference of this size moves an interval that is centered on 1 to where it ends at 1. NaN means
// unknown.
func Resolution(ratio Interval) float64 {
	if !ratio.OK || ratio.Low <= 0 || unknown(ratio.High) {
		return math.NaN()
	}
	return math.Expm1((math.Log(ratio.High) - math.Log(ratio.Low)) / 2)
}

// BlocksToSee estimates how many blocks would be needed for the interval of a ratio to exclude 1 when the true
// difference is the given one (0.05 for 5 %): intervals shrink with the root of the number of blocks. 0 means unknown.
func BlocksToSee(ratio Interval, difference float64) int {
	seen := Resolution(ratio)
	if math.IsNaN(seen) {
		return 0
	}
	factor := math.Log1p(seen) / math.Log1p(difference)
	return max(MinTrials, int(math.Ceil(float64(ratio.N)*factor*factor)))
}
