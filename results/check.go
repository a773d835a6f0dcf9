package results

import (
	"errors"
	"fmt"
)

// RecordError means that run.json is not the record of a run: it was edited, or is another file.
type RecordError struct{ error }

func (e RecordError) Unwrap() error { return e.error }

// mostPlanned is far more trials than a run has, and few enough to iterate over.
const mostPlanned = 1_000_000

// mostRelevant is the largest share that --relevant takes: beyond it nothing would ever differ.
const mostRelevant = 100

// check refuses a record that no run of ours has left: what reads it counts on the numbers in it.
func (r Run) check() error {
	switch {
	case len(r.Lanes) == 0:
		return RecordError{errors.New("holds no run: it names no lane")}
	case r.Planned < 0 || r.Planned > mostPlanned:
		return RecordError{fmt.Errorf("planned %d is not a number of trials", r.Planned)}
	case r.Relevance() < 0 || r.Relevance() > mostRelevant:
		return RecordError{fmt.Errorf("relevant %v is no share from 0 to %d", r.Relevance(), mostRelevant)}
	}
	names := map[string]bool{}
	for i, l := range r.Lanes {
		switch {
		case names[l.Name]:
			return RecordError{fmt.Errorf("lanes[%d]: %q is there twice", i, l.Name)}
		case l.Drops != nil && (l.Drops.Every == 0 || l.Drops.Of <= 0):
			return RecordError{fmt.Errorf("lanes[%d]: %q drops one message of %d at one connection of %d", i, l.Name, l.Drops.Every, l.Drops.Of)}
		}
		names[l.Name] = true
	}
	levels, err := r.Vary.check()
	if err != nil {
		return RecordError{err}
	}
	for i, t := range r.Trials {
		switch {
		case t.Trial <= 0 || t.Block <= 0:
			return RecordError{fmt.Errorf("trials[%d]: trial %d of block %d: both count from 1", i, t.Trial, t.Block)}
		case !levels[t.Level]:
			return RecordError{fmt.Errorf("trials[%d]: %q is no level of the run", i, t.Level)}
		}
	}
	return nil
}

// check returns the levels trials can have.
func (v *Vary) check() (map[string]bool, error) {
	if v == nil {
		return map[string]bool{"": true}, nil
	}
	levels := map[string]bool{}
	for i, l := range v.Levels {
		if l == "" || levels[l] {
			return nil, fmt.Errorf("vary.levels[%d]: %q is empty or there twice", i, l)
		}
		levels[l] = true
	}
	if v.Key == "" || len(levels) == 0 {
		return nil, fmt.Errorf("vary: %q with %d levels varies nothing", v.Key, len(levels))
	}
	return levels, nil
}
