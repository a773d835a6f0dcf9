package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestVerdict(t *testing.T) {
	below := Interval{Low: 0.5, Center: 0.6, High: 0.7, OK: true}
	above := Interval{Low: 1.5, Center: 1.6, High: 1.7, OK: true}
	around := Interval{Low: 0.9, Center: 1.2, High: 1.3, OK: true}
	touching := Interval{Low: 1, Center: 1.2, High: 1.3, OK: true}
	lastDigit := Interval{Low: 1 + 2e-16, Center: 1 + 4e-16, High: 1 + 6e-16, OK: true}
	for _, c := range []struct {
		ratio Interval
		d     Direction
		want  string
	}{
		{below, Lower, Better},
		{above, Lower, Worse},
		{below, Higher, Worse},
		{above, Higher, Better},
		{below, Neutral, Less},
		{above, Neutral, More},
		{around, Lower, Same},
		{touching, Higher, Same},
		{lastDigit, Lower, Same},
		{Interval{Low: 0.5, High: 0.7}, Lower, Unclear},
	} {
		if got := Verdict(c.ratio, c.d); got != c.want {
			t.Errorf("[%v, %v] where %v: got %s, want %s", c.ratio.Low, c.ratio.High, c.d, got, c.want)
		}
	}
}

// A/A: the same thing twice is told apart as often as counted out, which is at most as often as 95 % confidence allows;
// also where blocks drift far, and where one block of every run went wrong: for both lanes, for either, or always for
// the same one.
func TestSameLaneTwice(t *testing.T) {
	const rounds, wrong = 4000, 100
	source := rand.NewPCG(5, 6)
	coin, drift := rand.New(source), distuv.Pareto{Xm: 1, Alpha: 0.5, Src: source}.Rand
	student := distuv.StudentsT{Sigma: 1, Nu: 2, Src: source}.Rand
	for _, spoilt := range []struct {
		name  string
		spoil func(a, b []float64)
	}{
		{"nothing", func([]float64, []float64) {}},
		{"drift", func(a, b []float64) {
			for i := range a {
				d := drift()
				a[i], b[i] = d*a[i], d*b[i]
			}
		}},
		{"a block", func(a, b []float64) { a[0], b[0] = wrong*a[0], wrong*b[0] }},
		{"one lane of a block", func(a, b []float64) { [][]float64{a, b}[coin.IntN(2)][0] *= wrong }},
		{"always the same lane", func(a, _ []float64) { a[0] *= wrong }},
	} {
		for _, noise := range []func() float64{
			distuv.LogNormal{Mu: 0, Sigma: 1, Src: source}.Rand,
			distuv.Exponential{Rate: 1, Src: source}.Rand,
			func() float64 { return math.Abs(student()) },
		} {
			for _, n := range []int{6, 8, 12, 20} {
				different, a, b := 0, make([]float64, n), make([]float64, n)
				for range rounds {
					for i := range a {
						a[i], b[i] = noise(), noise()
					}
					spoilt.spoil(a, b)
					if Verdict(PairedRatio(a, b), Lower) != Same {
						different++
					}
				}
				got, want := float64(different)/rounds, 1-covers(n)
				if math.Abs(got-want) > fourErrors(want, rounds) || want > 1-Level {
					t.Errorf("spoilt: %s, n = %d: %.4f of the comparisons of a lane with itself were called different, want %.4f", spoilt.name, n, got, want)
				}
			}
		}
	}
}

// A difference below what counts is none, in either direction alike; what has no interval has no verdict.
func TestDecide(t *testing.T) {
	interval := func(low, center, high float64) Interval {
		return Interval{Center: center, Low: low, High: high, N: 6, OK: true}
	}
	for _, c := range []struct {
		ratio Interval
		least float64
		want  string
	}{
		{interval(1.08, 1.1, 1.2), 0.05, Worse},
		{interval(1.08, 1.1, 1.2), 0.1, Worse}, // as far as counts
		{interval(1.08, 1.1, 1.2), 0.11, Same},
		{interval(1/1.2, 1/1.1, 1/1.08), 0.1, Better},
		{interval(1/1.2, 1/1.1, 1/1.08), 0.11, Same},
		{interval(0.9, 1.5, 2), 0, Same},
		{interval(0, 0, 0), 1e9, Better},
		{interval(2, math.Inf(1), math.Inf(1)), 1e9, Worse},
		{Interval{Center: 9, Low: math.NaN(), High: math.NaN()}, 0.05, Unclear},
	} {
		if got := Decide(c.ratio, Lower, c.least); got != c.want {
			t.Errorf("%+v beyond %v: %s, want %s", c.ratio, c.least, got, c.want)
		}
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		low, high, want float64
	}{{0.8, 1.1, 0.25}, {0.9, 1.25, 0.25}, {1, 1, 0}, {0.5, 0.8, 1}, {0, 1, math.Inf(1)}, {1, math.Inf(1), math.Inf(1)}} {
		if got := Within(Interval{Center: 1, Low: c.low, High: c.high, OK: true}); got != c.want && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("[%v, %v]: equal within %v, want %v", c.low, c.high, got, c.want)
		}
	}
	if !math.IsNaN(Within(Interval{Center: 1})) {
		t.Error("without an interval a bound is known")
	}
}

// 0 against 0 is no win, and no draw either: nothing tells it from what nobody saw.
func TestZeroAgainstZero(t *testing.T) {
	if r := PairedRatio(make([]float64, 6), make([]float64, 6)); r.OK || !math.IsNaN(r.Center) || r.Why != BothZero || r.N != 6 {
		t.Errorf("%+v", r)
	}
	if r := PairedRatio([]float64{0, 0, 0, 0, 0, 1}, []float64{0, 0, 0, 0, 0, 1}); !r.OK || r.Center != 1 {
		t.Errorf("one block has something: %+v", r)
	}
}
