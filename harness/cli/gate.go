package cli

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/internal/strict"
	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/stats"
)

// rule is what --fail-on asks for: a metric, of one lane or of all, must not get worse by more than a share.
type rule struct {
	lane    string // empty: each
	metric  string
	percent float64
}

func (r rule) String() string {
	lane := r.lane
	if lane != "" {
		lane += ":"
	}
	return fmt.Sprintf("--fail-on %s%s>%s%%", lane, r.metric, strconv.FormatFloat(r.percent, 'f', -1, 64))
}

// mostPercent keeps a slip of the finger from passing for a limit.
const mostPercent = 10_000

// parseRules reads the values of the flag; each may hold several rules.
func parseRules(flags []string) ([]rule, error) {
	var out []rule
	for _, flag := range flags {
		for text := range strings.SplitSeq(flag, ",") {
			r, err := parseRule(text)
			if err != nil {
				return nil, fmt.Errorf("--fail-on %q: %w", text, err)
			}
			out = append(out, r)
		}
	}
	return out, nil
}

func parseRule(text string) (rule, error) {
	figure, limit, ok := strings.Cut(text, ">")
	number, inPercent := strings.CutSuffix(strings.TrimSpace(limit), "%")
	if !ok || !inPercent {
		return rule{}, errors.New("a rule is metric>N% or lane:metric>N%, such as 'cpu_per_message>5%'")
	}
	r := rule{metric: strings.TrimSpace(figure)}
	if lane, metric, ok := strings.Cut(figure, ":"); ok {
		r.lane, r.metric = strings.TrimSpace(lane), strings.TrimSpace(metric)
		if r.lane == "" {
			return rule{}, errors.New("no lane in front of the colon: leave the colon out for all lanes")
		}
	}
	if _, ok := results.MetricByName(r.metric); !ok {
		return rule{}, fmt.Errorf("no metric %q%s", r.metric, strict.Suggest(r.metric, results.MetricNames()))
	}
	v, ok := digits(number)
	if !ok || v > mostPercent {
		return rule{}, fmt.Errorf("%q is no percentage from 0 to %d", strings.TrimSpace(number), mostPercent)
	}
	r.percent = v
	return r, nil
}

func (r rule) covers(row results.DiffRow) bool {
	return row.Metric == r.metric && (r.lane == "" || row.Lane == r.lane)
}

// watches refuses a rule that covers nothing: it could never fail.
func (r rule) watches(d *results.Diff) error {
	var compared []string
	for _, c := range d.Contestants() {
		if !slices.Contains(compared, c.Lane) {
			compared = append(compared, c.Lane)
		}
	}
	switch {
	case r.lane != "" && !slices.Contains(compared, r.lane):
		return fmt.Errorf("%v: no lane %q is compared%s", r, r.lane, strict.Suggest(r.lane, compared))
	case !slices.ContainsFunc(d.Rows, r.covers):
		return fmt.Errorf("%v: old and new do not both have this figure", r)
	default:
		return nil
	}
}

// broken is one line for each rule that does not hold.
func broken(rules []rule, rows []results.DiffRow) error {
	var all []error
	for _, r := range rules {
		var why []string
		for _, row := range rows {
			if r.covers(row) {
				why = append(why, r.judge(row)...)
			}
		}
		if len(why) > 0 {
			all = append(all, fmt.Errorf("%v: %s", r, strings.Join(why, "; ")))
		}
	}
	return errors.Join(all...)
}

// judge is why a row breaks the rule. A row without a verdict does: a lane that loses messages, or was not measured,
// would pass every limit otherwise.
func (r rule) judge(row results.DiffRow) []string {
	m, _ := results.MetricByName(row.Metric)
	by := 100 * (row.Ratio - 1)
	if m.Better == stats.Higher {
		by = -by
	}
	switch {
	case row.Verdict == stats.Unclear && row.Old.N == 0:
		return []string{row.Contestant().String() + " cannot be judged: old has no such figure"}
	case row.Verdict == stats.Unclear && row.New.N == 0:
		return []string{row.Contestant().String() + " cannot be judged: new has no such figure"}
	case row.Verdict == stats.Unclear:
		why := "it has no verdict"
		if n := len(row.Warnings); n > 0 {
			why = row.Warnings[n-1].String() // what left it without comes last
		}
		return []string{row.Contestant().String() + " cannot be judged: " + why}
	case row.Significant != stats.Worse || by <= r.percent+1e-9: // 8 % more is not more than 8 %
		return nil
	case math.IsInf(by, 0):
		return []string{row.Contestant().String() + " got worse, from 0"}
	default:
		return []string{fmt.Sprintf("%s got worse by %.1f %% (new/old %.3f [%.3f, %.3f])", row.Contestant(), by, row.Ratio, row.RatioLow, row.RatioHigh)}
	}
}
