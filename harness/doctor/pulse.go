package doctor

import (
	"fmt"
	"time"
)

// pulse is what a server sends to say that it is there.
type pulse struct {
	what    string          // a comment, a ping
	at      []time.Duration // when they came
	others  int             // messages, which do as well
	longest time.Duration   // silence
	kept    time.Duration
}

// every is the median time between two heartbeats, or the mean where most came together; 0: there were not two.
func (p pulse) every() time.Duration {
	var between []time.Duration
	for i := 1; i < len(p.at); i++ {
		between = append(between, p.at[i]-p.at[i-1])
	}
	if m := median(between); m > together || len(between) == 0 {
		return m
	}
	return (p.at[len(p.at)-1] - p.at[0]) / time.Duration(len(between))
}

// findings hold the silence of a connection against the timeouts of hops.
func (p pulse) findings() []Finding {
	const fix = "send one every 15 to 25 s, below the shortest timeout there is on any client's way"
	every := p.every()
	if cut := cutters(max(every, p.longest)); len(cut) > 0 {
		seen := fmt.Sprintf("silent for %s", duration(p.longest))
		if every > 0 {
			seen = fmt.Sprintf("a %s every %s", p.what, duration(every))
		}
		return fault(seen+": some hops cut a connection before that unless told otherwise: "+listed(cut), fix, cut[0].source)
	}
	switch {
	case every > 0:
		first := cutters(maxDuration)[0]
		return ok(fmt.Sprintf("a %s every %s; the shortest timeout of usual hops is %s", p.what, duration(every), listed([]hop{first})))
	case len(p.at) == 1:
		return unknown(fmt.Sprintf("one %s within %s", p.what, duration(p.kept)), "hold the connection longer: --for 2m")
	case p.others > 1:
		return unknown(fmt.Sprintf("no %s: messages came at least every %s", p.what, duration(p.longest)), "run this while nothing is published")
	default:
		return unknown(fmt.Sprintf("no %s within %s", p.what, duration(p.kept)), "hold the connection longer: --for 2m; "+fix)
	}
}

// findings name the timeout at which a connection ended, where one is known.
func (e ending) findings(fix string) []Finding {
	if h, found := likely(e.lived, e.silent); found {
		of := "of silence"
		if h.whole {
			of = "of the whole answer"
		}
		return fault(fmt.Sprintf("%s: %s has a timeout of %s %s", e, h.name, whole(h.limit), of), "set "+h.fix+", or send heartbeats", h.source)
	}
	return fault(e.String(), fix, "")
}
