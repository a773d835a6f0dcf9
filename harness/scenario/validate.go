package scenario

import (
	"fmt"
	"slices"
	"strings"
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

// validate reports what the schema cannot say of single values. It runs on files that break the schema too, so that all errors come at
// once, and looks only at values that do not.
func (r *reader) validate(root *node, rules *rules) {
	r.options(root.child("lanes"), rules.catalog)
	r.distinct("lanes", root.child("lanes"))
	r.distinct("metrics", root.child("metrics"))
	r.durations(nil, root, rules.root)
	for i, item := range root.child("phases").items {
		for j, e := range item.child("events").items {
			r.durations([]string{"phases", fmt.Sprint(i), "events", fmt.Sprint(j)}, e, rules.eventRule(e.child("do").text))
		}
	}
}

// durations holds each duration against the bounds of its rule.
func (r *reader) durations(path []string, n *node, rule rule) {
	if rule.isDuration() && !n.broken {
		r.duration(path, n, rule)
	}
	for _, f := range n.fields {
		if p := rule.child("properties").child(f.key); p != nil {
			r.durations(append(slices.Clone(path), f.key), f.value, p)
		}
	}
	for i, item := range n.items {
		r.durations(append(slices.Clone(path), fmt.Sprint(i)), item, rule.child("items"))
	}
}

func (r *reader) duration(path []string, n *node, rule rule) {
	within := bounds{}
	if text, ok := rule["least"].(string); ok {
		within.least, _ = time.ParseDuration(text)
	}
	within.orZero = rule["orZero"] != nil
	if d, err := parseDuration(n.value); err != nil || !within.admit(d) {
		r.report(n.position, "%swant %v, not %s", label(path), within, n.describe())
		n.broken = true
	}
}

// options reports those that a lane cannot have.
func (r *reader) options(list *node, c Catalog) {
	for i, n := range list.items {
		name, ok := n.value.(string)
		if n.broken || !ok {
			continue
		}
		if err := c.Lane(name); err != nil {
			r.report(n.position, "lanes[%d]: %v", i, err)
		}
	}
}

// distinct reports the words that stand in a list twice. Options of a lane have no order.
func (r *reader) distinct(key string, list *node) {
	first := map[string]position{}
	for i, n := range list.items {
		word, ok := n.value.(string)
		if n.broken || !ok {
			continue
		}
		if p, twice := first[inOrder(word)]; twice {
			r.report(n.position, "%s[%d]: duplicate %q: it stands in line %d already", key, i, brief(word), p.line)
			continue
		}
		first[inOrder(word)] = n.position
	}
}

// inOrder is a lane with its options in alphabetical order.
func inOrder(lane string) string {
	parts := strings.Split(lane, "+")
	slices.Sort(parts[1:])
	return strings.Join(parts, "+")
}

// parseDuration reads what the schema's pattern lets through; the error is an overflow.
func parseDuration(value any) (time.Duration, error) {
	if text, ok := value.(string); ok {
		return time.ParseDuration(text)
	}
	return 0, nil // the schema lets one number through, 0
}
