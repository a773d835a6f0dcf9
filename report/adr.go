package report

import (
	"errors"
	"fmt"
	"io"
)

// ErrNoWorkload is why a run has no decision: it was measured to compare lanes, and nobody told it for what.
var ErrNoWorkload = errors.New("no workload is recorded in this run, which a decision is about")

// ADR writes the decision about the workload that the run was made for, as a page for a design document. What metrics it has is its own
// choice. The error is ErrNoWorkload where the run was made for none.
func ADR(in Input, _ Options, w io.Writer) error {
	made := in.Data.Run.Workload
	if made == nil {
		return fmt.Errorf("%w: pushbench decide %s --users 20000 --rate 1 --size 300B writes one about yours", ErrNoWorkload, in.Of)
	}
	d, err := Decide(in, *made)
	if err != nil {
		return err
	}
	return d.Markdown(w)
}
