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
	narrow := Interval{Low: 0.99, Center: 1, High: 1.01, N: 20, OK: true}
	for _, c := range []struct {
		ratio      Interval
		difference float64
		want       int
	}{
		// Half of the range of 6 normal values is 1.28 standard deviations. Where these are ln 1.1, ln 1.05 is 0.66 of them:
		// the 5th smallest of 17 values lies 0.62 below their middle, the 4th of 15 lies 0.71 and of 16 even 0.76.
		{Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 6, OK: true}, 0.1, 6},
		{Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 6, OK: true}, 0.05, 17},
		{Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 8, OK: true}, 0.05, 15}, // the range of 8 is 1.43, so ln 1.05 is 0.73
		{Interval{Low: 1 / 1.1, Center: 1, High: 1.1, N: 8, OK: true}, 0.01, 286},
		{narrow, 0.05, MinTrials}, // the fewest there can be
		{Interval{Low: 1, Center: 1, High: 1, N: 6, OK: true}, 0.05, MinTrials},
		{Interval{Low: 0, Center: 0, High: 0, N: 6, OK: true}, 0.05, MinTrials},
		{Interval{Low: 0, Center: 1, High: 2, N: 6, OK: true}, 0.05, 0},
		{Median([]float64{1, 2}), 0.05, 0},
		{narrow, 0, 0},
		{narrow, math.NaN(), 0},
		{narrow, 1e-12, 0}, // more than anybody will run
	} {
		if got := BlocksToSee(c.ratio, c.difference); got != c.want {
			t.Errorf("%+v, %v: got %d blocks, want %d", c.ratio, c.difference, got, c.want)
		}
	}
}

// Where counting the ranks ends, the formula goes on.
func TestBlocksForGoesOn(t *testing.T) {
	for _, n := range []int{60, 100, 200, 400} {
		if got := blocksFor(halfWidth(n)); math.Abs(float64(got-n)) > 0.15*float64(n) {
			t.Errorf("the width of %d blocks takes %d", n, got)
		}
	}
}

// What BlocksToSee says is enough, in half of the runs, and is not far more than that; with twice as many blocks in
// three of four. It is asked of a run that saw no difference, and then there is one.
func TestBlocksToSeeAreEnough(t *testing.T) {
	const rounds, difference = 1000, 0.05
	source := rand.NewPCG(15, 16)
	normal, student := distuv.Normal{Sigma: 1, Src: source}.Rand, distuv.StudentsT{Sigma: 1, Nu: 2, Src: source}.Rand
	exponential := distuv.Exponential{Rate: 1, Src: source}.Rand
	for _, c := range []struct {
		name  string
		noise func() float64 // of the logarithm
		most  float64
	}{{"normal", normal, 0.6}, {"exponential", exponential, 0.75}, {"student", student, 0.75}} {
		run := func(n int, truth, sigma float64) Interval {
			a, b := make([]float64, n), make([]float64, n)
			for i := range a {
				a[i], b[i] = truth*math.Exp(sigma*c.noise()), math.Exp(sigma*c.noise())
			}
			return PairedRatio(a, b)
		}
		for _, sigma := range []float64{0.05, 0.1} {
			for _, n := range []int{6, 8, 12, 20} {
				seen, twice := 0, 0
				for range rounds {
					blocks := min(BlocksToSee(run(n, 1, sigma), difference), 500) // of heavy tails, some say many more
					if Verdict(run(blocks, 1+difference, sigma), Lower) == Worse {
						seen++
					}
					if Verdict(run(2*blocks, 1+difference, sigma), Lower) == Worse {
						twice++
					}
				}
				half, most := float64(seen)/rounds, float64(twice)/rounds
				t.Logf("%s, %v, asked after %d blocks: seen in %.2f, with twice as many in %.2f", c.name, sigma, n, half, most)
				if half < 0.5-fourErrors(0.5, rounds) || half > c.most+fourErrors(c.most, rounds) {
					t.Errorf("%s, %v, asked after %d blocks: seen in %.2f of the runs, want 0.5 to %.2f", c.name, sigma, n, half, c.most)
				}
				if most < 0.75-fourErrors(0.75, rounds) {
					t.Errorf("%s, %v, asked after %d blocks: with twice as many seen in %.2f of the runs, want 0.75", c.name, sigma, n, most)
				}
			}
		}
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
		{Interval{Low: 0, Center: 0, High: 0, N: 8, OK: true}, 0},
		{Interval{Low: 0, Center: 1, High: 2, N: 8, OK: true}, math.NaN()},
		{Interval{Low: 1, Center: 2, High: math.Inf(1), N: 8, OK: true}, math.NaN()},
		{Median([]float64{1, 2}), math.NaN()},
	} {
		if got := Resolution(c.ratio); math.Abs(got-c.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("[%v, %v]: got %v, want %v", c.ratio.Low, c.ratio.High, got, c.want)
		}
	}
}
