package report

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
)

// progress is how much of a run there is.
type progress struct {
	Planned, Counted, Failed int
	Finished                 bool
}

func newProgress(d *results.Data) progress {
	p := progress{Planned: d.Run.Planned, Finished: !d.Run.Finished.IsZero()}
	ok := d.Run.OKTrials()
	for _, c := range d.Run.Contestants() {
		p.Counted += len(ok[c])
	}
	for _, t := range d.Run.Trials {
		if t.Status != results.StatusOK {
			p.Failed++
		}
	}
	return p
}

// Complete reports whether every planned trial counts.
func (p progress) Complete() bool { return p.Counted >= p.Planned }

func (p progress) String() string {
	s := fmt.Sprintf("%d of %d planned trials count", p.Counted, p.Planned)
	if p.Complete() {
		s = fmt.Sprintf("All %d planned trials count", p.Planned)
	}
	if p.Failed > 0 {
		s += fmt.Sprintf(", %d failed or invalid", p.Failed)
	}
	if !p.Finished {
		s += "; the run is not finished"
	}
	return s + "."
}
