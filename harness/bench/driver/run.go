package driver

import (
	"context"
	"errors"
	"fmt"

	"github.com/pushbench/pushbench/harness/bench/load"
	"github.com/pushbench/pushbench/harness/node/machine"
)

// Run executes the plan and returns what every repetition cost. A repetition that fails ends the run, as a block without
// it has no ratios; one that lost messages does not.
func Run(ctx context.Context, s Settings, groups []load.Group, d machine.Division, progress func(done, of int, next string)) ([]Repetition, error) {
	cases := plan(s, groups)
	repetitions := make([]Repetition, 0, len(cases))
	for i, c := range cases {
		progress(i, len(cases), c.String())
		r, err := repeat(ctx, s, c, d)
		if ctx.Err() != nil {
			return nil, errors.New("interrupted: nothing was written")
		}
		if err != nil {
			return nil, fmt.Errorf("%v: %w", c.Place, err)
		}
		repetitions = append(repetitions, r)
	}
	return repetitions, nil
}

// Exact names every repetition that did not receive what was sent; nil when all did.
func Exact(all []Repetition) error {
	var lost []error
	for _, r := range all {
		lost = append(lost, r.exact())
	}
	return errors.Join(lost...)
}
