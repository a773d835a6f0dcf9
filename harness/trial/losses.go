package trial

import "github.com/pushbench/pushbench/internal/wire"

// missed are the messages of a broadcast that did not reach every connection, by sequence number. They are known where
// each was due at all connections: where clients came, went or were slow, only the sum of what was lost is.
func missed(p wire.Published, report wire.Report, connections int) []wire.Spread {
	if report.Lost == 0 || report.Expected != (p.Through-p.After)*uint64(connections) { //nolint:gosec // a count
		return nil
	}
	arrived := make(map[uint64]int, len(report.Spreads))
	for _, s := range report.Spreads {
		arrived[s.Seq] = s.Count
	}
	var all []wire.Spread
	for seq := p.After + 1; seq <= p.Through; seq++ {
		if arrived[seq] < connections {
			all = append(all, wire.Spread{Seq: seq, Count: arrived[seq]})
		}
	}
	return all
}
