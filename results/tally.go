package results

import "fmt"

// tally counts equal warnings in the order of their first appearance.
type tally struct {
	order []string
	count map[string]int
}

func (t *tally) add(warning string) {
	if t.count == nil {
		t.count = map[string]int{}
	}
	if t.count[warning] == 0 {
		t.order = append(t.order, warning)
	}
	t.count[warning]++
}

func (t *tally) lines(trials int) []string {
	var out []string
	for _, w := range t.order {
		out = append(out, fmt.Sprintf("%d of %d trials: %s", t.count[w], trials, w))
	}
	return out
}
