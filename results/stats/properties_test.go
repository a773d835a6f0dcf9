package stats

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Values as trials have them, ties and neighbours of each other among them.
func figures(n int) *rapid.Generator[[]float64] {
	neighbours := []float64{1, math.Nextafter(1, 2), math.Nextafter(1, 0), 2, 3, 1e-9, 1e9}
	return rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(1e-9, 1e9), rapid.SampledFrom(neighbours)), n, n)
}

// spoilt puts odd numbers in the place of a few values: where all are odd, hardly any case comes as far as an interval.
func spoilt(n int) *rapid.Generator[[]float64] {
	odd := []float64{0, math.Copysign(0, -1), -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64}
	return rapid.Custom(func(t *rapid.T) []float64 {
		x := figures(n).Draw(t, "x")
		for range rapid.IntRange(0, min(n, 2)).Draw(t, "odd ones") {
			x[rapid.IntRange(0, n-1).Draw(t, "place")] = rapid.SampledFrom(odd).Draw(t, "odd")
		}
		return x
	})
}

func alike(x, y Interval) bool {
	bound := func(a, b float64) bool { return near(a, b) || math.IsNaN(a) && math.IsNaN(b) }
	return x.OK == y.OK && x.N == y.N && bound(x.Center, y.Center) && bound(x.Low, y.Low) && bound(x.High, y.High)
}

// mirrored is the verdict where the lanes change places.
func mirrored(verdict string) string {
	switch verdict {
	case Better:
		return Worse
	case Worse:
		return Better
	case More:
		return Less
	case Less:
		return More
	default:
		return verdict
	}
}

func TestPairedRatioProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 21).Draw(t, "n")
		a, b := figures(n).Draw(t, "a"), figures(n).Draw(t, "b")
		direction := rapid.SampledFrom([]Direction{Neutral, Lower, Higher}).Draw(t, "direction")
		r, swapped := PairedRatio(a, b), PairedRatio(b, a)
		verdict := Verdict(r, direction)
		if r.OK && (r.Low > r.Center || r.Center > r.High) {
			t.Fatalf("bounds do not enclose the center: %+v", r)
		}
		inverse := Interval{Center: 1 / swapped.Center, Low: 1 / swapped.High, High: 1 / swapped.Low, N: swapped.N, OK: swapped.OK}
		if !alike(r, inverse) {
			t.Fatalf("%+v, with the lanes swapped %+v", r, swapped)
		}
		if got := Verdict(swapped, direction); got != mirrored(verdict) {
			t.Fatalf("verdict %s, with the lanes swapped %s", verdict, got)
		}
		c := rapid.Float64Range(1e-3, 1e3).Draw(t, "scale")
		want := Interval{Center: c * r.Center, Low: c * r.Low, High: c * r.High, N: r.N, OK: r.OK}
		if got := PairedRatio(scaled(a, c), b); !alike(got, want) {
			t.Fatalf("times %v: got %+v, want %+v", c, got, want)
		}
		both := PairedRatio(scaled(a, c), scaled(b, c))
		if !alike(both, r) || Verdict(both, direction) != verdict {
			t.Fatalf("both lanes times %v: got %+v, want %+v", c, both, r)
		}
	})
}

// Whatever the numbers are: no panic, and an interval only where every value is one a trial can have.
func TestOddNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 5, 6, 7, 8, 9, 12}).Draw(t, "n")
		a, b := spoilt(n).Draw(t, "a"), spoilt(n).Draw(t, "b")
		both := slices.Concat(a, b)
		for what, in := range map[string]Interval{"median": Median(a), "paired": PairedRatio(a, b), "independent": IndependentRatio(a, b)} {
			if in.OK == (in.Why != "") {
				t.Fatalf("%s: %+v, without an interval there is a reason, and only then", what, in)
			}
			if !in.OK {
				if verdict := Verdict(in, Lower); verdict != Unclear {
					t.Fatalf("%s: %+v has the verdict %s", what, in, verdict)
				}
				continue
			}
			if !(in.Low <= in.Center && in.Center <= in.High) {
				t.Fatalf("%s: bounds do not enclose the center: %+v", what, in)
			}
			if slices.ContainsFunc(a, unknown) || what != "median" && slices.ContainsFunc(both, func(v float64) bool { return unknown(v) || v < 0 }) {
				t.Fatalf("%s: an interval from such values: %+v", what, in)
			}
			if what == "paired" {
				for i := range b {
					if b[i] == 0 && a[i] != 0 {
						t.Fatalf("block %d divides by zero: %+v", i, in)
					}
				}
			}
			if seen := Resolution(in); seen < 0 || math.IsInf(seen, -1) {
				t.Fatalf("%s: resolution %v of %+v", what, seen, in)
			}
			if blocks := BlocksToSee(in, 0.05); blocks != 0 && blocks < MinTrials {
				t.Fatalf("%s: %d blocks to see 5 %% of %+v", what, blocks, in)
			}
		}
		Outliers(a)
		Slope(a, b)
	})
}
