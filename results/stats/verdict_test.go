package stats

import (
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

// A/A: the same thing twice is told apart at most as often as 95 % confidence allows.
func TestSameLaneTwice(t *testing.T) {
	source := rand.New(rand.NewPCG(5, 6))
	d := distuv.LogNormal{Mu: 0, Sigma: 1, Src: source}
	const rounds = 4000
	wrong := 0
	for range rounds {
		a, b := make([]float64, 6), make([]float64, 6)
		for i := range a {
			a[i], b[i] = d.Rand(), d.Rand()
		}
		if Verdict(PairedRatio(a, b), Lower) != Same {
			wrong++
		}
	}
	if share := float64(wrong) / rounds; share > 0.05 {
		t.Errorf("%.3f of the comparisons of a lane with itself were called different", share)
	}
}
