package results

import "slices"

// Contestant is what a trial runs: a lane at a level of the varied factor.
type Contestant struct{ Lane, Level string }

// String names it.
func (c Contestant) String() string {
	if c.Level == "" {
		return c.Lane
	}
	return c.Lane + " at " + c.Level
}

// Contestant is what the trial ran.
func (t Trial) Contestant() Contestant { return Contestant{t.Lane, t.Level} }

// Contestant is whom the row is about.
func (row SummaryRow) Contestant() Contestant { return Contestant{row.Lane, row.Level} }

// Contestant is whom the row is about.
func (row DiffRow) Contestant() Contestant { return Contestant{row.Lane, row.Level} }

// Levels are those of the varied factor; one without a name where nothing is varied.
func (r Run) Levels() []string {
	if r.Vary == nil {
		return []string{""}
	}
	return r.Vary.Levels
}

// Contestants are all of the run, level by level within each lane.
func (r Run) Contestants() (all []Contestant) {
	for _, lane := range r.Lanes {
		for _, level := range r.Levels() {
			all = append(all, Contestant{lane.Name, level})
		}
	}
	return all
}

// Compared are the lanes to compare: all but the A/A control, which is there for the noise.
func (r Run) Compared() []Lane {
	return slices.DeleteFunc(slices.Clone(r.Lanes), r.controls)
}

// controls reports whether the lane is the A/A control: the first lane once more.
func (r Run) controls(l Lane) bool {
	return l.Control && l.Of == r.Lanes[0].Name && l.Name != r.Lanes[0].Name
}
