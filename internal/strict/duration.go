package strict

import (
	"fmt"
	"slices"
	"time"
)

// bounds are those of a duration, which a schema cannot compare.
type bounds struct {
	least  time.Duration
	orZero bool
}

const longest = 24 * time.Hour

func (b bounds) admit(d time.Duration) bool {
	return d == 0 && b.orZero || d >= b.least && d <= longest
}

func (b bounds) String() string {
	if b.orZero {
		return fmt.Sprintf("0, or %v to 24h", b.least)
	}
	return fmt.Sprintf("%v to 24h", b.least)
}

// isDuration reports whether the rule is that of a duration.
func (r Rule) isDuration() bool { return r["$ref"] == "#/$defs/duration" }

// Durations holds each duration in a node against the bounds of its rule: least, and orZero where it may be 0 as well.
func (r *Reader) Durations(path []string, n *Node, rule Rule) {
	if rule.isDuration() && !n.Broken {
		r.duration(path, n, rule)
	}
	for _, f := range n.Fields {
		if p := rule.Child("properties").Child(f.Key); p != nil {
			r.Durations(append(slices.Clone(path), f.Key), f.Value, p)
		}
	}
	for i, item := range n.Items {
		r.Durations(append(slices.Clone(path), fmt.Sprint(i)), item, rule.Child("items"))
	}
}

func (r *Reader) duration(path []string, n *Node, rule Rule) {
	within := bounds{}
	if text, ok := rule["least"].(string); ok {
		within.least, _ = time.ParseDuration(text)
	}
	within.orZero = rule["orZero"] != nil
	if d, err := parseDuration(n.Value); err != nil || !within.admit(d) {
		r.Report(n.Position, "%swant %v, not %s", Label(path), within, n.Describe())
		n.Broken = true
	}
}

// parseDuration reads what the schema's pattern lets through; the error is an overflow.
func parseDuration(value any) (time.Duration, error) {
	if text, ok := value.(string); ok {
		return time.ParseDuration(text)
	}
	return 0, nil // the schema lets one number through, 0
}
