package stats

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestSlopeFindsTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slope := rapid.Float64Range(-1e5, 1e5).Draw(t, "slope")
		intercept := rapid.Float64Range(-1e8, 1e8).Draw(t, "intercept")
		x := rapid.SliceOfNDistinct(rapid.Map(rapid.IntRange(1, 100), func(n int) float64 { return float64(100 * n) }),
			2, 8, rapid.ID).Draw(t, "x")
		y := make([]float64, len(x))
		for i := range x {
			y[i] = intercept + slope*x[i]
		}
		// Counts are 100 apart and y is below 2e9, so rounding moves the slope by less than this.
		const tolerance = 1e-6
		if l := Slope(x, y); !l.OK || math.Abs(l.Slope-slope) > tolerance || l.Counts != len(x) {
			t.Fatalf("got %+v, want slope %v", l, slope)
		}
	})
}

func TestSlope(t *testing.T) {
	x := []float64{100, 200, 300}
	if l := Slope(x, []float64{1000, 1100, 1200}); l.Slope != 1 || l.Intercept != 900 || l.R2 != 1 || l.Counts != 3 {
		t.Errorf("line: got %+v", l)
	}
	if l := Slope(x, []float64{7, 7, 7}); l.Slope != 0 || l.R2 != 1 || !l.OK {
		t.Errorf("flat line: got %+v", l)
	}
	if l := Slope(x, []float64{0, 100, 0}); l.Slope != 0 || l.R2 != 0 {
		t.Errorf("peak: got %+v, want a line that explains nothing", l)
	}
	if l := Slope([]float64{100, 100}, []float64{1, 2}); l.OK || l.Counts != 1 {
		t.Errorf("one count: got %+v, want no line", l)
	}
}
