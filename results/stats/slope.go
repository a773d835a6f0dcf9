package stats

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Line is a straight line through points.
type Line struct {
	Slope, Intercept float64 // NaN unless OK
	R2               float64 // share of the variance of y the line explains; 1 when every point is on it
	Counts           int     // distinct values of x
	OK               bool    // at least two distinct x
}

// Slope fits a line through the points (x[i], y[i]) by least squares. x and y have the same length.
func Slope(x, y []float64) Line {
	distinct := map[float64]bool{}
	for _, v := range x {
		distinct[v] = true
	}
	l := Line{Slope: math.NaN(), Intercept: math.NaN(), R2: math.NaN(), Counts: len(distinct)}
	if l.Counts < 2 {
		return l
	}
	l.Intercept, l.Slope = stat.LinearRegression(x, y, nil, false)
	l.R2 = stat.RSquared(x, y, nil, l.Intercept, l.Slope)
	if stat.Variance(y, nil) == 0 {
		l.R2 = 1 // a flat line: RSquared divides by the variance of y
	}
	l.OK = !unknown(l.Slope) && !unknown(l.Intercept)
	return l
}
