package cli

import (
	"strings"
	"testing"
)

func TestRelevant(t *testing.T) {
	for text, want := range map[string]float64{"5%": 0.05, "0.05": 0.05, " 2.5 % ": 0.025, "0": 0, "0%": 0, "100%": 1, "300%": 3} {
		var r relevant
		if err := r.Set(text); err != nil || *r.or(nil) != want {
			t.Errorf("%q: got %v, %v, want %v", text, *r.or(nil), err, want)
		}
	}
	for _, text := range []string{"", "%", "5", "1", "-3%", "+3%", "3%%", "3e-2", "inf%", "NaN", "five", "10001%"} {
		var r relevant
		if err := r.Set(text); err == nil || !strings.Contains(err.Error(), "such as 5% or 0.05") {
			t.Errorf("%q: %v, want a hint", text, err)
		}
	}
	recorded := 0.2
	if r := (relevant{}); *r.or(&recorded) != 0.2 || *r.or(nil) != 0.05 {
		t.Error("without the flag it is what the run says, and else the default")
	}
}
