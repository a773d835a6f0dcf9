package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
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
// Two zeros are equal: ratio 1; where there is nothing else there is no ratio, as a cost of 0 cannot be distinguished from one that was not seen.
// Where b alone is zero, or a value is negative (a slope of pure noise) or unknown, no ratio exists; leaving such a block out
// would filter the data, so the whole result is not OK.
func PairedRatio(a, b []float64) Interval {
	if slices.ContainsFunc(slices.Concat(a, b), unknown) {
		return noRatio(len(a), "a value is unknown")
	}
	if len(a) > 0 && !slices.ContainsFunc(slices.Concat(a, b), func(v float64) bool { return v != 0 }) {
		return noRatio(len(a), BothZero)
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

// BothZero is why two figures have no ratio that are 0 in every block.
const BothZero = "both are 0 in every block"

func noRatio(n int, why string) Interval {
	return Interval{Center: math.NaN(), Low: math.NaN(), High: math.NaN(), N: n, Why: why}
}

// Resolution is the difference a comparison could have seen, as a share (0.05 for 5 %): half of its interval, on
// logarithms. A true difference of this size moves an interval that is centered on 1 to where it ends at 1. NaN means
// unknown.
func Resolution(ratio Interval) float64 {
	switch {
	case !ratio.OK || unknown(ratio.High):
		return math.NaN()
	case ratio.Low == ratio.High: // 0 included
		return 0
	case ratio.Low <= 0:
		return math.NaN()
	}
	return math.Expm1((math.Log(ratio.High) - math.Log(ratio.Low)) / 2)
}

// BlocksToSee estimates the smallest number of blocks whose interval resolves the given difference (0.05 for 5 %): where
// that is the true one, the interval excludes 1 in about half of the runs, and with twice as many blocks in about three of
// four. 0 means unknown, or more than is worth running.
//
// The estimate takes the spread of the ratios from the interval's own width, as if their logarithms were normal. From
// tails heavier than that it comes out too large while there are few blocks (TestBlocksToSeeAreEnough).
func BlocksToSee(ratio Interval, difference float64) int {
	seen := Resolution(ratio)
	if math.IsNaN(seen) || ratio.N < MinTrials || !(difference > 0) {
		return 0
	}
	return blocksFor(halfWidth(ratio.N) * math.Log1p(difference) / math.Log1p(seen))
}

// blocksFor is the smallest number of normal values whose interval extends no further from its middle than the given
// number of standard deviations.
func blocksFor(width float64) int {
	for n := MinTrials; n <= exactly; n++ {
		if halfWidth(n) <= width*(1+rounding) {
			return n
		}
	}
	// Beyond, halfWidth is c/√n + d/n: the rank is n/2 less 1.96 √n/2, and less 1/2 as ranks are whole.
	d := math.Sqrt(math.Pi / 2)
	c := d * distuv.UnitNormal.Quantile((1+Level)/2)
	root := 2 * d / (math.Sqrt(c*c+4*d*width) - c)
	n := math.Ceil(root * root)
	if !(n <= math.MaxInt32) {
		return 0
	}
	return max(exactly+1, int(n))
}

// halfWidth is how far the interval of n normal values extends from its middle on average, in standard deviations: Blom's
// approximation of the order statistics it ends at (Statistical Estimates and Transformed Beta-Variables, 1958). It does
// not just shrink with the root of n: 8 values still promise 99.2 %, and need all of their range for it.
func halfWidth(n int) float64 {
	return -distuv.UnitNormal.Quantile((float64(rank(n)) - 0.375) / (float64(n) + 0.25))
}
