package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func positive(n int) *rapid.Generator[[]float64] {
	return rapid.SliceOfN(rapid.Float64Range(1e-9, 1e9), n, n)
}

func scaled(x []float64, by float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = v * by
	}
	return out
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b)) }

func TestRatioOfScaledDataIsTheScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := positive(rapid.IntRange(MinTrials, 20).Draw(t, "n")).Draw(t, "b")
		exact := math.Ldexp(1, rapid.IntRange(-20, 20).Draw(t, "power"))
		if r := PairedRatio(scaled(b, exact), b); r.Low != exact || r.Center != exact || r.High != exact {
			t.Fatalf("scale %v: got %+v", exact, r)
		}
		rounded := rapid.Float64Range(1e-3, 1e3).Draw(t, "scale")
		if r := PairedRatio(scaled(b, rounded), b); !near(r.Low, rounded) || !near(r.Center, rounded) || !near(r.High, rounded) {
			t.Fatalf("scale %v: got %+v", rounded, r)
		}
	})
}

func TestSwappingInverts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 21).Draw(t, "n")
		a, b := positive(n).Draw(t, "a"), positive(n).Draw(t, "b")
		r, inverse := PairedRatio(a, b), PairedRatio(b, a)
		if !near(r.Center, 1/inverse.Center) {
			t.Fatalf("n = %d: centers %v and %v", n, r.Center, inverse.Center)
		}
		if r.OK && (!near(r.Low, 1/inverse.High) || !near(r.High, 1/inverse.Low)) {
			t.Fatalf("n = %d: bounds %+v and %+v", n, r, inverse)
		}
	})
}

func TestOrderOfBlocksIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		a, b := positive(n).Draw(t, "a"), positive(n).Draw(t, "b")
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		pa, pb := make([]float64, n), make([]float64, n)
		for to, from := range rapid.Permutation(order).Draw(t, "order") {
			pa[to], pb[to] = a[from], b[from]
		}
		got, want := PairedRatio(pa, pb), PairedRatio(a, b)
		if got.Center != want.Center || got.OK != want.OK || got.OK && (got.Low != want.Low || got.High != want.High) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestRatioOfZeros(t *testing.T) {
	zeros := make([]float64, 6)
	if r := PairedRatio(zeros, zeros); !r.OK || r.Center != 1 || r.Low != 1 || r.High != 1 {
		t.Errorf("zeros: got %+v, want 1", r)
	}
	for why, a := range map[string][]float64{
		"the baseline is 0 in a block":   {0, 0, 0, 1, 0, 0},
		"a value is negative in a block": {0, -1, 0, 0, 0, 0},
	} {
		b := []float64{0, 1, 0, 0, 0, 0}
		if r := PairedRatio(a, b); r.OK || !math.IsNaN(r.Center) || r.Why != why {
			t.Errorf("%v/%v: got %+v, want none because %s", a, b, r, why)
		}
	}
	if r := PairedRatio([]float64{0, 0, 0, 0, 8, 8}, []float64{1, 1, 1, 1, 1, 1}); r.Center != 0 || r.High != 8 {
		t.Errorf("zeros over ones: got %+v, want 0 in [0, 8]", r)
	}
}

// A drift shared by both lanes of a block must cancel out, and the true ratio lie in the interval as often as promised: of
// continuous values as often as counted out, where ties are common at least as often.
func TestRatioCoverageUnderDrift(t *testing.T) {
	const rounds, truth = 4000, 1.25
	for name, noise := range oddDistributions() {
		drift := distuv.Pareto{Xm: 1, Alpha: 0.5, Src: rand.NewPCG(3, 4)}
		for _, n := range []int{6, 8, 12, 20} {
			hits, a, b := 0, make([]float64, n), make([]float64, n)
			for range rounds {
				for i := range a {
					d := drift.Rand()
					a[i], b[i] = truth*d*noise(), d*noise()
				}
				if r := PairedRatio(a, b); r.Low <= truth*(1+rounding) && truth*(1-rounding) <= r.High {
					hits++
				}
			}
			got, want := float64(hits)/rounds, covers(n)
			if got < want-fourErrors(want, rounds) || name != "steps" && got > want+fourErrors(want, rounds) {
				t.Errorf("%s, n = %d: coverage %.4f, want %.4f", name, n, got, want)
			}
		}
	}
}

func TestBlocksToSee(t *testing.T) {
	wide := Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 8, OK: true}
	// Half of the interval is ln 1.1 = 0.0953 and must shrink to ln 1.05 = 0.0488: 8 × 1.953² = 30.5.
	if got := BlocksToSee(wide, 0.05); got != 31 {
		t.Errorf("got %d blocks, want 31", got)
	}
	if got := BlocksToSee(Interval{Low: 0.99, Center: 1, High: 1.01, N: 20, OK: true}, 0.05); got != MinTrials {
		t.Errorf("narrow: got %d blocks, want the fewest there can be", got)
	}
	if got := BlocksToSee(Median([]float64{1, 2}), 0.05); got != 0 {
		t.Errorf("no interval: got %d, want unknown", got)
	}
}

func TestResolution(t *testing.T) {
	for _, c := range []struct {
		ratio Interval
		want  float64
	}{
		{Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 8, OK: true}, 0.1},
		{Interval{Low: 1.5, Center: 1.6, High: 1.5 * 1.44, N: 8, OK: true}, 0.2}, // wherever it lies
		{Interval{Low: 1, Center: 1, High: 1, N: 8, OK: true}, 0},
		{Interval{Low: 0, Center: 1, High: 2, N: 8, OK: true}, math.NaN()},
		{Interval{Low: 1, Center: 2, High: math.Inf(1), N: 8, OK: true}, math.NaN()},
		{Median([]float64{1, 2}), math.NaN()},
	} {
		if got := Resolution(c.ratio); math.Abs(got-c.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("[%v, %v]: got %v, want %v", c.ratio.Low, c.ratio.High, got, c.want)
		}
	}
}
