package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// digits reads a number in digits, with or without a point: no sign, no exponent, no other base.
func digits(number string) (float64, bool) {
	number = strings.TrimSpace(number)
	v, err := strconv.ParseFloat(number, 64)
	return v, err == nil && strings.Trim(number, "0123456789.") == ""
}

// precision is how precise the flags want the run to be, and within which budget; of a resumed run, its own where
// they are not set. nil: no block is added.
func (o runOptions) precision(before *results.Precision) (*results.Precision, error) {
	p := results.Precision{Budget: o.budget.Seconds()}
	if before != nil {
		p = *before
		p.Ended = ""
	}
	if o.given("budget") {
		p.Budget = o.budget.Seconds()
	}
	if o.given("until-precise") {
		goal, err := parseGoal(o.precise)
		if err != nil {
			return nil, err
		}
		if goal != p.Goal {
			p.Goal, p.NarrowSince = goal, 0
		}
	}
	switch {
	case p.Budget <= 0:
		return nil, fmt.Errorf("--budget %v is no time to measure in: write one such as 30m or 2h", o.budget)
	case p.Goal > 0:
		return &p, nil
	case o.given("budget"):
		return nil, errors.New("--budget bounds --until-precise: set that, such as --until-precise 3%")
	default:
		return nil, nil
	}
}

// leastGoal is what no interval here will ever be: ±0.01 %.
const leastGoal = 0.0001

// parseGoal reads a percentage, or a share below 1: 3 alone may be either.
func parseGoal(text string) (float64, error) {
	number, inPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	goal, ok := digits(number)
	if inPercent {
		goal /= 100
	}
	if !ok || goal < leastGoal || goal >= 1 { // an interval that begins at 0 has no information
		return 0, fmt.Errorf("--until-precise %q: write half of the interval's width as a percentage or a share, such as 3%% or 0.03; at least 0.01%%, below 100%%", text)
	}
	return goal, nil
}
