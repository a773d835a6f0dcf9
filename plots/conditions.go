package plots

import (
	"fmt"

	"github.com/pushbench/pushbench/results"
	"github.com/pushbench/pushbench/results/words"
)

// ofBroadcast adds to a source what the messages of the broadcast were and how many connections got them, without which no cost of a
// message means anything (rule 20).
func (v *view) ofBroadcast(s source) source {
	phase := v.Broadcast()
	s.at = []string{v.connections(phase)}
	if t := v.Data.Run.Traffic[phase]; t.Rate > 0 {
		s.at = append(s.at, fmt.Sprintf("%s messages/s of %s B", words.Trimmed(t.Rate), words.Thousands(t.Size)))
	}
	return s.in(phase)
}

// in names the phase in the notes.
func (s source) in(phase string) source {
	if s.how != "" {
		s.how += "; "
	}
	s.how += "phase " + phase
	return s
}

// connections words the largest number of connections of a phase; empty: it is not known.
func (v *view) connections(phases ...string) string {
	most := 0
	for _, phase := range phases {
		_, n := v.Connections(phase)
		most = max(most, n)
	}
	if most == 0 {
		return ""
	}
	return words.Thousands(most) + words.Plural(most, " connection", " connections")
}

// slopes words the numbers of connections over which slopes are taken.
func (v *view) slopes() string {
	return words.Span(v.Connections(results.PhaseLevel)) + " connections"
}
