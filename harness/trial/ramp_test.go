package trial

import "testing"

// A ramp is slowed down and never hurried, and a storm is neither.
func TestRampAtMost(t *testing.T) {
	ramp := &Ramp{Rate: 1500}
	for most, want := range map[float64]float64{0: 1500, 300: 300, 6000: 1500} {
		if got := ramp.atMost(most).perSecond(); got != want {
			t.Errorf("at most %v: %v a second, want %v", most, got, want)
		}
	}
	if got := (&Ramp{Rate: 1500, Storm: true}).atMost(300).perSecond(); got != 0 {
		t.Errorf("a storm of %v a second", got)
	}
}
