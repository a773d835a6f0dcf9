package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pushbench/pushbench/results"
)

// relevant is the flag --relevant: the share below which a difference has no verdict. nil: it was not given.
type relevant struct{ share *float64 }

func (r *relevant) flag(f *pflag.FlagSet, otherwise string) {
	f.Var(r, "relevant", "call no difference below this one better or worse: 5% or 0.05; 0 calls each beyond the noise (default "+otherwise+")")
}

// or is the share, or that of another run or the default.
func (r *relevant) or(otherwise *float64) *float64 {
	if r.share != nil {
		return r.share
	}
	if otherwise != nil {
		return otherwise
	}
	share := results.DefaultRelevant
	return &share
}

// Set reads a percentage, or a share below 1: 5 alone may be either.
func (r *relevant) Set(text string) error {
	number, inPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	share, ok := digits(number)
	if inPercent {
		share /= 100
	}
	if !ok || share > mostPercent/100 || share >= 1 && !inPercent {
		return fmt.Errorf("%q: write the difference as a percentage or a share, such as 5%% or 0.05", text)
	}
	r.share = &share
	return nil
}

// Type names the value in the help.
func (r *relevant) Type() string { return "share" }

// String is the value as it was set; empty where it was not, so that the help shows no default of its own.
func (r *relevant) String() string {
	if r.share == nil {
		return ""
	}
	return fmt.Sprint(*r.share)
}
