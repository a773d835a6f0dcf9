package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestMedianOfSixIsTheRange(t *testing.T) {
	in := Median([]float64{5, 1, 4, 2, 6, 3})
	if !in.OK || in.Low != 1 || in.Center != 3.5 || in.High != 6 || in.N != 6 {
		t.Errorf("got %+v, want 3.5 in [1, 6]", in)
	}
}

// The ranks are those of the usual tables of the two-sided sign test at 5 %: the critical value plus one.
func TestRanks(t *testing.T) {
	for n, want := range map[int]int{1: 0, 5: 0, 6: 1, 8: 1, 9: 2, 11: 2, 12: 3, 15: 4, 20: 6, 30: 10, 50: 18, 70: 27} {
		if got := rank(n); got != want {
			t.Errorf("rank(%d) = %d, want %d", n, got, want)
		}
	}
}

// Counting may begin where it does.
func TestRanksAreTheLargest(t *testing.T) {
	for n := 1; n <= 1000; n++ {
		k, below := rank(n), distuv.Binomial{N: float64(n), P: 0.5}
		if k > 0 && 2*below.CDF(float64(k-1)) > 1-Level || 2*below.CDF(float64(k)) <= 1-Level {
			t.Errorf("rank(%d) = %d promises %.4f, the next %.4f", n, k, 1-2*below.CDF(float64(k-1)), 1-2*below.CDF(float64(k)))
		}
	}
}

func TestTooFewForAnInterval(t *testing.T) {
	in := Median([]float64{3, 1, 2, 5, 4})
	if in.OK || in.Center != 3 || !math.IsNaN(in.Low) || !math.IsNaN(in.High) {
		t.Errorf("got %+v, want 3 without bounds", in)
	}
	if in.Why != "5 of the 6 values an interval needs" {
		t.Errorf("why: %q", in.Why)
	}
	for _, x := range [][]float64{nil, {1, 2, 3, 4, 5, math.NaN()}, {1, 2, 3, 4, 5, math.Inf(1)}} {
		if in := Median(x); in.OK || !math.IsNaN(in.Center) || in.Why == "" {
			t.Errorf("Median(%v) = %+v, want nothing and a reason", x, in)
		}
	}
}

func TestMedianKeepsItsArgument(t *testing.T) {
	x := []float64{3, 1, 2, 6, 5, 4}
	Median(x)
	PairedRatio(x, x)
	Outliers(x)
	if !slices.Equal(x, []float64{3, 1, 2, 6, 5, 4}) {
		t.Errorf("argument is now %v", x)
	}
}

// continuous are distributions of what trials measure, each with a source of its own so that their order changes no number:
// skewed and heavy-tailed, some without a mean.
func continuous() map[string]interface {
	Rand() float64
	Quantile(p float64) float64
} {
	source := func() rand.Source { return rand.NewPCG(1, 2) }
	return map[string]interface {
		Rand() float64
		Quantile(p float64) float64
	}{
		"lognormal":   distuv.LogNormal{Mu: 0, Sigma: 2, Src: source()},
		"exponential": distuv.Exponential{Rate: 1, Src: source()},
		"cauchy":      distuv.StudentsT{Mu: 3, Sigma: 1, Nu: 1, Src: source()},
		"student":     distuv.StudentsT{Mu: 3, Sigma: 1, Nu: 2, Src: source()},
		"pareto":      distuv.Pareto{Xm: 1, Alpha: 0.5, Src: source()},
	}
}

// covers is how often the interval of n values of a continuous distribution holds the median, counted out: unless fewer
// than rank(n) of n fair coins fall on one side.
func covers(n int) float64 {
	ways, few := 1.0, 0.0
	for k := range rank(n) {
		few += ways
		ways *= float64(n-k) / float64(k+1)
	}
	return 1 - 2*few*math.Ldexp(1, -n)
}

// fourErrors is how far a share of rounds may be from its expectation: one in 16 000 correct programs fails there, and
// the seeds are fixed.
func fourErrors(share float64, rounds int) float64 {
	return 4 * math.Sqrt(share*(1-share)/float64(rounds))
}

// Coverage: of many intervals, as many hold the true median as counted out, whatever the distribution looks like; and that
// is what is promised, or more.
func TestCoverage(t *testing.T) {
	const rounds = 4000
	for name, d := range continuous() {
		for n := MinTrials; n <= 20; n++ {
			hits, x := 0, make([]float64, n)
			for range rounds {
				for i := range x {
					x[i] = d.Rand()
				}
				if in := Median(x); in.Low <= d.Quantile(0.5) && d.Quantile(0.5) <= in.High {
					hits++
				}
			}
			got, want := float64(hits)/rounds, covers(n)
			if math.Abs(got-want) > fourErrors(want, rounds) || want < Level {
				t.Errorf("%s, n = %d: coverage %.4f, want %.4f and at least %.2f", name, n, got, want, Level)
			}
		}
	}
}

func TestMedianProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), MinTrials, 30).Draw(t, "x")
		in := Median(x)
		below, above := 0, 0
		for _, v := range x {
			if v < in.Center {
				below++
			}
			if v > in.Center {
				above++
			}
		}
		if below > len(x)/2 || above > len(x)/2 {
			t.Fatalf("%d values below the median %v, %d above", below, in.Center, above)
		}
		if !in.OK || in.Low > in.Center || in.Center > in.High {
			t.Fatalf("bounds do not enclose the median: %+v", in)
		}
		if got := Median(rapid.Permutation(x).Draw(t, "permuted")); got != in {
			t.Fatalf("order changed %+v to %+v", in, got)
		}
	})
}
