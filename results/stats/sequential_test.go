package stats

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Runs that add blocks until they are precise, and compare a lane with itself: what is wrong at the end stays near what
// is promised, and ending at the first significant look would not. What Enough's comment says comes from here.
func TestStoppingAtAWidth(t *testing.T) {
	const rounds, goal, most = 1500, 0.03, 120
	source := rand.NewPCG(17, 18)
	normal, student := distuv.Normal{Sigma: 1, Src: source}.Rand, distuv.StudentsT{Sigma: 1, Nu: 2, Src: source}.Rand
	exponential := distuv.Exponential{Rate: 1, Src: source}.Rand
	peeking := 0.0
	for _, c := range []struct {
		name  string
		noise func() float64 // of the logarithm
		sigma float64
	}{
		{"normal", normal, 0.02},
		{"normal", normal, 0.03},
		{"normal", normal, 0.05},
		{"exponential", exponential, 0.05},
		{"student", student, 0.03},
	} {
		for _, planned := range []int{6, 12} {
			wrong, significant, blocks := 0, 0, 0
			for range rounds {
				a, b := make([]float64, 0, most), make([]float64, 0, most)
				narrow, peeked := 0, false
				for len(a) < most {
					a, b = append(a, math.Exp(c.sigma*c.noise())), append(b, math.Exp(c.sigma*c.noise()))
					if len(a) < planned {
						continue
					}
					r := PairedRatio(a, b)
					peeked = peeked || Verdict(r, Lower) != Same
					if narrow++; !(Resolution(r) <= goal) {
						narrow = 0
					}
					if Enough(narrow, len(a) == planned) {
						break
					}
				}
				blocks += len(a)
				if peeked {
					significant++
				}
				if Verdict(PairedRatio(a, b), Lower) != Same {
					wrong++
				}
			}
			share := float64(wrong) / rounds
			t.Logf("%s %v, from %d blocks to %.1f on average: %.4f wrong, %.3f significant at some look",
				c.name, c.sigma, planned, float64(blocks)/rounds, share, float64(significant)/rounds)
			if share > 0.06+fourErrors(0.06, rounds) {
				t.Errorf("%s %v, from %d blocks: %.4f wrong", c.name, c.sigma, planned, share)
			}
			peeking = max(peeking, float64(significant)/rounds)
		}
	}
	if peeking < 0.1 {
		t.Errorf("stopping at significance is wrong in %.3f of the runs at most: this test could not tell the rules apart", peeking)
	}
}

func TestEnough(t *testing.T) {
	for _, c := range []struct {
		narrow  int
		planned bool
		want    bool
	}{{0, true, false}, {1, true, true}, {0, false, false}, {1, false, false}, {2, false, true}, {3, false, true}} {
		if got := Enough(c.narrow, c.planned); got != c.want {
			t.Errorf("%d narrow looks, planned %v: %v, want %v", c.narrow, c.planned, got, c.want)
		}
	}
}
