package results

import (
	"cmp"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Index finds the rows of a run by trial, and its trials by contestant. It walks them once, so that what is asked of each trial
// costs no walk over all: a run may have a thousand. It holds for the rows and trials the data had when it was made.
type Index struct {
	trials map[int]Rows
	ok     map[Contestant][]Trial
	blocks int // in which anything had a trial
}

// NewIndex makes the index of a run.
func NewIndex(d *Data) *Index {
	x := &Index{trials: map[int]Rows{}}
	eachTrial(d.Samples, func(s Sample) int { return s.Trial }, func(r *Rows) *[]Sample { return &r.Samples }, x.trials)
	eachTrial(d.Histograms, func(h HistogramRow) int { return h.Trial }, func(r *Rows) *[]HistogramRow { return &r.Histograms }, x.trials)
	eachTrial(d.Losses, func(l Loss) int { return l.Trial }, func(r *Rows) *[]Loss { return &r.Losses }, x.trials)
	x.ok, x.blocks = counting(d.Run.Trials)
	return x
}

// eachTrial shares rows out to trials. Those of one are adjacent in the files, and are not copied.
func eachTrial[T any](rows []T, trial func(T) int, part func(*Rows) *[]T, into map[int]Rows) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && trial(rows[n]) == trial(rows[0]) {
			n++
		}
		t := into[trial(rows[0])]
		if of := part(&t); *of == nil {
			*of = rows[:n:n]
		} else {
			*of = append(*of, rows[:n]...)
		}
		into[trial(rows[0])] = t
		rows = rows[n:]
	}
}

// counting sorts trials that count by contestant and block; blocks is how many have a trial at all.
func counting(trials []Trial) (ok map[Contestant][]Trial, blocks int) {
	type place struct {
		of    Contestant
		block int
	}
	last, seen := map[place]Trial{}, map[int]bool{}
	for _, t := range trials {
		seen[t.Block] = true
		at := place{t.Contestant(), t.Block}
		if t.Status == StatusOK && t.Trial >= last[at].Trial {
			last[at] = t
		}
	}
	ok = map[Contestant][]Trial{}
	for at, t := range last {
		ok[at.of] = append(ok[at.of], t)
	}
	for _, of := range ok {
		slices.SortFunc(of, func(a, b Trial) int { return cmp.Compare(a.Block, b.Block) })
	}
	return ok, len(seen)
}

// OKTrials returns the trials of a contestant that count, by block: those that ended well, and of several in one block the last.
func (x *Index) OKTrials(c Contestant) []Trial { return x.ok[c] }

// Select returns one trial's samples of a metric in a phase, in file order: one a step, or an agent.
func (x *Index) Select(trial int, phase, source, metric string) []Sample {
	return x.trials[trial].find(phase, source, metric)
}

// found keeps what figures of one trial have in common: its samples by metric, its processes, and histograms that were merged
// before.
type found struct {
	samples    map[string][]Sample
	processes  []string
	histograms map[histogramKey]*hdrhistogram.Histogram
}

type histogramKey struct{ phase, metric, of string }

// remembering is the same rows, quicker to ask more than once.
func (r Rows) remembering() Rows {
	processes := r.processes()
	r.found = &found{samples: map[string][]Sample{}, histograms: map[histogramKey]*hdrhistogram.Histogram{}, processes: processes}
	for _, s := range r.Samples {
		r.found.samples[s.Metric] = append(r.found.samples[s.Metric], s)
	}
	return r
}

// find returns the samples of a metric in a phase, one a step.
func (r Rows) find(phase, source, metric string) []Sample {
	sums, _ := r.steps(phase, source, metric)
	return sums
}

// steps sums the samples of a metric in a phase over the processes it is about, step by step. Where one of these lacks a step that
// another has, which is no 0, there is no sum, and it is named.
func (r Rows) steps(phase, source, metric string) (sums []Sample, lacks string) {
	all := r.Samples
	if r.found != nil {
		all = r.found.samples[metric]
	}
	owners := r.owners(source)
	of, most := map[string][]Sample{}, 0
	for _, s := range all {
		if owner := s.process(); s.Metric == metric && s.Phase == phase && s.Source == source && slices.Contains(owners, owner) {
			of[owner] = append(of[owner], s)
			most = max(most, len(of[owner]))
		}
	}
	for _, owner := range owners {
		switch values := of[owner]; {
		case readTogether(source):
			sums = append(sums, values...)
		case len(values) < most:
			return nil, owner
		case sums == nil:
			sums = values
		default:
			for i, s := range values {
				sums[i].Value += s.Value
			}
		}
	}
	return sums, ""
}

// OKTrials are those that count of each contestant, as Index has them.
func (r Run) OKTrials() map[Contestant][]Trial {
	ok, _ := counting(r.Trials)
	return ok
}
