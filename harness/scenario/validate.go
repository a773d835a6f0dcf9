package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/internal/strict"
)

// validate reports what the schema cannot say of single values. It runs on files that break the schema too, so that all errors come at
// once, and looks only at values that do not.
func (r *reader) validate(root *strict.Node, rules *rules) {
	r.options(root.Child("lanes"), rules.catalog)
	r.distinct("lanes", root.Child("lanes"))
	r.distinct("metrics", root.Child("metrics"))
	r.Durations(nil, root, rules.Root)
	for i, item := range root.Child("phases").Items {
		for j, e := range item.Child("events").Items {
			r.Durations([]string{"phases", fmt.Sprint(i), "events", fmt.Sprint(j)}, e, rules.eventRule(e.Child("do").Text))
		}
	}
}

// options reports those that a lane cannot have.
func (r *reader) options(list *strict.Node, c Catalog) {
	for i, n := range list.Items {
		name, ok := n.Value.(string)
		if n.Broken || !ok {
			continue
		}
		if err := c.Lane(name); err != nil {
			r.Report(n.Position, "lanes[%d]: %v", i, err)
		}
	}
}

// distinct reports the words that stand in a list twice. Options of a lane have no order.
func (r *reader) distinct(key string, list *strict.Node) {
	first := map[string]strict.Position{}
	for i, n := range list.Items {
		word, ok := n.Value.(string)
		if n.Broken || !ok {
			continue
		}
		if p, twice := first[inOrder(word)]; twice {
			r.Report(n.Position, "%s[%d]: duplicate %q: it stands in line %d already", key, i, strict.Brief(word), p.Line)
			continue
		}
		first[inOrder(word)] = n.Position
	}
}

// inOrder is a lane with its options in alphabetical order.
func inOrder(lane string) string {
	parts := strings.Split(lane, "+")
	slices.Sort(parts[1:])
	return strings.Join(parts, "+")
}
