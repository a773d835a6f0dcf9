package stats

import (
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestOutliers(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want []int
	}{
		{[]float64{10, 11, 12, 13, 14, 15}, nil},
		{[]float64{10, 11, 50, 13, 14, 15}, []int{2}},
		{[]float64{-90, 11, 12, 13, 14, 110}, []int{0, 5}},
		{[]float64{1, 1, 1, 1, 1, 0.9}, []int{5}},
		{[]float64{1, 1, 1, 1, 1, 1 + 1e-12}, nil}, // rounding
		{[]float64{1, 1, 1, 9}, nil},               // too few to have one
	} {
		if got := Outliers(c.x); !slices.Equal(got, c.want) {
			t.Errorf("Outliers(%v) = %v, want %v", c.x, got, c.want)
		}
	}
}

// The shares in the comment of Outliers come from here.
func TestOutliersAreFew(t *testing.T) {
	d := distuv.Normal{Mu: 100, Sigma: 5, Src: rand.New(rand.NewPCG(7, 8))}
	const rounds = 4000
	for n := 6; n <= 20; n++ {
		named, x := 0, make([]float64, n)
		for range rounds {
			for i := range x {
				x[i] = d.Rand()
			}
			if len(Outliers(x)) > 0 {
				named++
			}
		}
		share := float64(named) / rounds
		t.Logf("n = %d: %.3f of clean sets have an outlier", n, share)
		if share > 0.08 {
			t.Errorf("n = %d: %.3f of clean sets have an outlier", n, share)
		}
	}
}
