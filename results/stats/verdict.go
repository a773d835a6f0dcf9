package stats

import "math"

// Direction is which way a metric is better.
type Direction int

// Directions of a metric.
const (
	Neutral Direction = iota // neither: a count to look at
	Lower                    // lower is better
	Higher                   // higher is better
)

func (d Direction) String() string {
	switch d {
	case Lower:
		return "lower is better"
	case Higher:
		return "higher is better"
	default:
		return "neutral"
	}
}

// Verdicts of a comparison.
const (
	Better   = "better"
	Worse    = "worse"
	More     = "higher"   // of a metric without direction
	Less     = "lower"    // of a metric without direction
	Same     = "~"        // no difference that counts
	Baseline = "baseline" // what the others are compared with
	Unclear  = "?"        // too few trials, or nothing to compare
)

// rounding is how far two figures may be apart that differ only by the order of their arithmetic: without it, slopes of
// exactly one descriptor per connection were called different by their last digit, in every block the same way.
const rounding = 1e-9

// Verdict is the word for the interval of a ratio: this lane divided by the baseline.
func Verdict(ratio Interval, d Direction) string {
	switch {
	case !ratio.OK:
		return Unclear
	case ratio.Low <= 1+rounding && 1-rounding <= ratio.High:
		return Same
	case d == Neutral && ratio.Low > 1:
		return More
	case d == Neutral:
		return Less
	case (d == Higher) == (ratio.Low > 1):
		return Better
	default:
		return Worse
	}
}

// Decide is Verdict for people: a difference below what counts is none. least is a share: how far a lane seems from itself, or
// what a reader calls relevant.
func Decide(ratio Interval, d Direction, least float64) string {
	v := Verdict(ratio, d)
	if v != Unclear && Distance(ratio.Center) < least-rounding {
		return Same
	}
	return v
}

// Distance is how far a ratio is from 1, as a share: the larger of the two figures is so much above the smaller. So it is the
// same whichever of them is divided by the other.
func Distance(ratio float64) float64 { return math.Expm1(math.Abs(math.Log(ratio))) }

// Within is the share two figures differ by at most: the farther end of the interval of their ratio from 1. It is +Inf where
// an end is 0 or infinite, and NaN without an interval.
func Within(ratio Interval) float64 {
	if !ratio.OK {
		return math.NaN()
	}
	return max(Distance(ratio.Low), Distance(ratio.High))
}
