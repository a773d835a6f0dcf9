package results

import (
	"cmp"
	"slices"
)

// OKTrials returns the lane's trials that count, by block: those that ended well, and of several in one block the last.
func (d *Data) OKTrials(lane string) []Trial {
	last := map[int]Trial{}
	for _, t := range d.Run.Trials {
		if t.Lane == lane && t.Status == StatusOK && t.Trial >= last[t.Block].Trial {
			last[t.Block] = t
		}
	}
	trials := make([]Trial, 0, len(last))
	for _, t := range last {
		trials = append(trials, t)
	}
	slices.SortFunc(trials, func(a, b Trial) int { return cmp.Compare(a.Block, b.Block) })
	return trials
}

// blocks counts the blocks of the run in which any lane had a trial.
func (d *Data) blocks() int {
	seen := map[int]bool{}
	for _, t := range d.Run.Trials {
		seen[t.Block] = true
	}
	return len(seen)
}

// Select returns one trial's samples of a metric in a phase, in file order: one a step, or an agent.
func (d *Data) Select(trial int, phase, source, metric string) []Sample {
	return d.byTrial()[trial].find(phase, source, metric)
}

// byTrial splits the run's rows once, so that every metric of every trial need not walk all of them.
func (d *Data) byTrial() map[int]Rows {
	trials := map[int]Rows{}
	for _, s := range d.Samples {
		t := trials[s.Trial]
		t.Samples = append(t.Samples, s)
		trials[s.Trial] = t
	}
	for _, h := range d.Histograms {
		t := trials[h.Trial]
		t.Histograms = append(t.Histograms, h)
		trials[h.Trial] = t
	}
	for _, l := range d.Losses {
		t := trials[l.Trial]
		t.Losses = append(t.Losses, l)
		trials[l.Trial] = t
	}
	return trials
}

func (r Rows) find(phase, source, metric string) []Sample {
	var out []Sample
	for _, s := range r.Samples {
		if s.Phase == phase && s.Source == source && s.Metric == metric {
			out = append(out, s)
		}
	}
	return out
}
