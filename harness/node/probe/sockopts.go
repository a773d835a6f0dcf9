package probe

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/pushbench/pushbench/results"
)

// mostSampled bounds the sockets whose options are read: a lane sets those of all its connections by the same code.
const mostSampled = 16

// option is a setting of a socket that is a number.
type option struct {
	metric, unit string
	level, name  int     // of getsockopt(2)
	scale        float64 // of its number, to the unit
}

// sockopts reads the options of a sample of the server's ends as the kernel has them: of each the smallest value and, as
// _most, the largest; of tcp_congestion how many sockets have each algorithm. No rows without a connection, which a server
// on UDP has none of to the kernel, and where the kernel does not let us look: Accounting has the reason.
func sockopts(_ context.Context, s Server) ([]Reading, error) {
	if !s.Address.IsValid() || s.UDP || s.PID == 0 {
		return nil, nil
	}
	found, err := sampleOptions(s)
	if errors.Is(err, errors.ErrUnsupported) {
		return nil, nil
	}
	if err != nil || found.sockets == 0 {
		return nil, err
	}
	var all []Reading
	for i, o := range found.of {
		all = append(all, gauge(o.metric, o.unit, found.least[i]), gauge(o.metric+"_most", o.unit, found.most[i]))
	}
	for _, algorithm := range slices.Sorted(maps.Keys(found.congestion)) {
		all = append(all, gauge("tcp_congestion_"+algorithm, results.Count, float64(found.congestion[algorithm])))
	}
	return all, nil
}

// sampled are the options of some sockets.
type sampled struct {
	of          []option
	sockets     int
	least, most []float64      // one for each option
	congestion  map[string]int // sockets with an algorithm
}

// add counts one socket.
func (s *sampled) add(values []float64, congestion string) {
	if s.sockets == 0 {
		s.least, s.most, s.congestion = slices.Clone(values), slices.Clone(values), map[string]int{}
	}
	for i, v := range values {
		s.least[i], s.most[i] = min(s.least[i], v), max(s.most[i], v)
	}
	s.congestion[congestion]++
	s.sockets++
}
