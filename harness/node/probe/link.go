package probe

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// linkCounters reads what a link has done to the packets of each direction.
func linkCounters(ctx context.Context, s Server) (readings []Reading, err error) {
	if s.Link == nil {
		return nil, nil
	}
	stats, err := s.Link(ctx)
	for _, name := range slices.Sorted(maps.Keys(stats)) {
		unit := results.Count
		if strings.HasSuffix(name, "_bytes") {
			unit = results.Bytes
		}
		readings = append(readings, counter(name, unit, stats[name]))
	}
	return readings, err
}
