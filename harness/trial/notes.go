package trial

import (
	"context"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// noting is a fleet whose notes are kept for the end of the trial: what a server does in every phase is noted once.
type noting struct {
	Fleet
	notes map[string]int // by text: how often
}

func newNoting(f Fleet) noting { return noting{f, map[string]int{}} }

// Report keeps the notes of the report it passes on.
func (n noting) Report(ctx context.Context, c wire.Collect) (wire.Report, error) {
	report, err := n.Fleet.Report(ctx, c)
	wire.Notes().Add(n.notes, report.Notes)
	return report, err
}

// warn makes a warning of each note.
func (n noting) warn(t *trial) {
	for _, text := range slices.Sorted(maps.Keys(n.notes)) {
		args := results.Args{"what": text}
		if times := n.notes[text]; times > 1 {
			args["times"] = times
		}
		t.warn("", results.ServerNote, args)
	}
}
