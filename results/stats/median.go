package stats

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence every interval has at least.
const Level = 0.95

// MinTrials is the smallest number of values whose median has an interval at Level: all of 5 values fall on one side of
// it with probability 2/2^5 = 6.25 %, of 6 values with 3.1 %.
const MinTrials = 6

// Interval is a figure and the bounds its true value lies in with a confidence of at least Level.
type Interval struct {
	Center    float64 // NaN when there is none
	Low, High float64 // NaN unless OK
	N         int     // values used
	OK        bool    // the bounds exist
	Why       string  // not OK: the reason, one phrase
}

// Median returns the median of x and the interval between two of its order statistics: the k-th smallest and the k-th
// largest value, with the largest k for which the binomial distribution (a value is below the true median as often as
// above it) still promises Level. Six values give [min, max] at 96.9 %.
//
// The same interval is benchstat's (golang.org/x/perf/benchmath, AssumeNothing); the proof is theorem 2.1 of Le Boudec,
// Performance Evaluation. The promise holds for every continuous distribution; ties only make the interval safer.
func Median(x []float64) Interval {
	return interval(x, func(a, b float64) float64 { return a/2 + b/2 })
}

// interval is Median with a choice of what lies halfway between the two middle values of an even number.
func interval(x []float64, halfway func(a, b float64) float64) Interval {
	n := len(x)
	none := Interval{Center: math.NaN(), Low: math.NaN(), High: math.NaN(), N: n}
	if n == 0 {
		none.Why = "no values"
		return none
	}
	if slices.ContainsFunc(x, unknown) {
		none.Why = "a value is unknown"
		return none
	}
	s := slices.Sorted(slices.Values(x))
	in := none
	in.Center = s[n/2]
	if low := s[(n-1)/2]; low != in.Center {
		in.Center = halfway(low, in.Center)
	}
	k := rank(n)
	if k == 0 {
		in.Why = fmt.Sprintf("%d of the %d values an interval needs", n, MinTrials)
		return in
	}
	in.Low, in.High, in.OK = s[k-1], s[n-k], true
	return in
}

// rank returns the largest k for which the k-th smallest and the k-th largest of n values enclose the true median with
// confidence Level; 0 when there is none.
func rank(n int) int {
	below := distuv.Binomial{N: float64(n), P: 0.5} // how many of n values are below the median
	// Two standard deviations below half of them is 4.6 %: less than that need not be counted through.
	k := max(0, int(float64(n)/2-math.Sqrt(float64(n)))-1)
	for 2*below.CDF(float64(k)) <= 1-Level {
		k++
	}
	return k
}

func unknown(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
