package results

// tally counts equal warnings in the order of their first appearance.
type tally struct {
	order []Warning
	count map[string]int
}

func (t *tally) add(w Warning) {
	if t.count == nil {
		t.count = map[string]int{}
	}
	if t.count[w.key()] == 0 {
		t.order = append(t.order, w)
	}
	t.count[w.key()]++
}

// lines are the warnings with how many of the trials have each.
func (t *tally) lines(trials int) (out []Warning) {
	for _, w := range t.order {
		n := t.count[w.key()]
		w.Trials, w.Of = n, trials
		out = append(out, w)
	}
	return out
}
