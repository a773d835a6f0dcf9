package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// MinTrialsEach is the smallest number of values two runs of equal length need for an interval at Level: that all 4 of
// one lie above all 4 of the other happens by chance, in either direction, with probability 2/70 = 2.9 %; all 3 above
// all 3 with 10 %.
const MinTrialsEach = 4

// IndependentRatio returns how many times the values of b those of a are, where nothing pairs them: trials of two runs.
// It takes the ratios of every a to every b. The center is their median, Hodges and Lehmann's estimate of a shift, taken
// on logarithms; the bounds are the k-th smallest and the k-th largest, with the largest k at which Mann and Whitney's
// test at Level still rejects whatever lies outside (Lehmann, Nonparametrics, chapter 2). So the interval contains 1
// just when the test sees no difference.
//
// The promise holds for every distribution that the two have in common but for a factor, and ties only make it safer.
// Where the two also spread differently, it holds nearly: see TestCoverageWhenSpreadsDiffer.
//
// The test is in golang.org/x/perf/benchmath, which gives its p-value and no interval; gonum has neither.
//
// Two zeros are equal, and a negative value has no ratio, as in PairedRatio. A value over zero is infinitely many times
// as large: the order is all the test looks at, and a count that was always 0 and no longer is must not pass unseen.
func IndependentRatio(a, b []float64) Interval {
	n := len(a) + len(b)
	switch {
	case len(a) == 0 || len(b) == 0:
		return noRatio(n, "a run has no values")
	case slices.ContainsFunc(slices.Concat(a, b), unknown):
		return noRatio(n, "a value is unknown")
	case min(slices.Min(a), slices.Min(b)) < 0:
		return noRatio(n, "a value is negative in a trial")
	}
	ratios := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			r := x / math.Abs(y) // over -0, what a slope of 0 becomes when it is turned round, it would be -Inf
			if x == 0 && y == 0 {
				r = 1
			}
			ratios = append(ratios, r)
		}
	}
	slices.Sort(ratios)
	in := noRatio(n, "")
	in.Center = ratios[len(ratios)/2]
	if low := ratios[(len(ratios)-1)/2]; low != in.Center {
		in.Center = math.Sqrt(low) * math.Sqrt(in.Center)
	}
	k := shiftRank(len(a), len(b))
	if k == 0 {
		in.Why = fmt.Sprintf("%d and %d trials, an interval needs %d of each run", len(a), len(b), MinTrialsEach)
		return in
	}
	in.Low, in.High, in.OK = ratios[k-1], ratios[len(ratios)-k], true
	return in
}

// shiftRank returns the largest k for which the k-th smallest and the k-th largest of the m × n differences enclose the
// true shift with confidence Level; 0 when there is none.
func shiftRank(m, n int) int {
	if m+n > exactly {
		mean, variance := float64(m)*float64(n)/2, float64(m)*float64(n)*float64(m+n+1)/12
		u := distuv.Normal{Mu: mean, Sigma: math.Sqrt(variance)}.Quantile((1 - Level) / 2)
		return max(0, int(math.Floor(u+0.5))) // k - 1/2 is where the steps up to k - 1 end
	}
	ways := arrangements(m, n)
	all := 0.0
	for _, w := range ways {
		all += w
	}
	k := 0
	for tail := 0.0; k < len(ways); k++ {
		if tail += ways[k]; 2*tail > (1-Level)*all {
			break
		}
	}
	return k
}

// exactly is how many values may be counted through: up to it, every number of arrangements is a whole float64.
const exactly = 50

// arrangements counts, for each u from 0 to m × n, the orders of m and n values in which u pairs stand the wrong way
// round: the coefficients of the Gaussian binomial, built up factor by factor.
func arrangements(m, n int) []float64 {
	ways := make([]float64, m*n+1)
	ways[0] = 1
	for i := 1; i <= m; i++ {
		for u := m * n; u >= n+i; u-- {
			ways[u] -= ways[u-n-i] // times 1 - q^(n+i)
		}
		for u := i; u <= m*n; u++ {
			ways[u] += ways[u-i] // divided by 1 - q^i
		}
	}
	return ways
}
