package decision

import (
	"slices"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// gap is something a team asks that the run does not answer.
type gap struct {
	Question string
	Command  string // that would; empty: pushbench cannot yet
}

func (d *Decision) gaps() (out []gap) {
	lanes := " --lanes " + strings.Join(results.Names(d.options()), ",")
	if d.measured[usual].connections < d.Workload.Users {
		out = append(out, gap{"latency with all users connected", crowded(d.Workload.Users, lanes)})
	}
	for _, g := range []struct{ metric, phase, question, scenario string }{
		{perUplink, usual, "what a message of a client takes", "uplink"},
		{timeBack, phaseCut, "how long clients are away after their connections are cut, and what they miss", "reconnect"},
	} {
		if d.row(d.options()[0].Name, g.metric, g.phase).N == 0 {
			out = append(out, gap{g.question, "pushbench run " + g.scenario + lanes})
		}
	}
	if !slices.ContainsFunc(d.options(), func(l results.Lane) bool { return l.TLS }) {
		w := d.Workload
		w.Path = results.PathTLS
		out = append(out, gap{"what TLS takes", "pushbench decide" + flagsOf(w)})
	}
	return append(append(out, d.costGaps()...),
		gap{"what a restart of the server loses, as in a deploy", "pushbench run restart" + lanes},
		gap{"how many connects a second a server takes when all clients come back at once", "pushbench run storm" + lanes},
		gap{"what clients that read slowly cost the others", "pushbench run slow-readers" + lanes},
		gap{"how many dead connections a server keeps", "pushbench run silent-death" + lanes},
		gap{"what compression saves", "pushbench run compression"},
		gap{"what tabs that share an HTTP/2 connection do to each other", "pushbench compare quick --lanes sse-h2,sse-h2+streams6"},
		gap{"what proxies do: buffering, delays, and what they cost", "pushbench run proxies" + lanes},
		gap{"whether firewalls of your users pass WebSocket, and how long a fallback takes", ""},
		gap{"what a broker between several servers costs", ""},
		gap{"time to the first token and between tokens of a language model", ""},
	)
}

// crowded is the command that measures latency with so many users; empty: no embedded scenario has as many connections.
func crowded(users int, lanes string) string {
	for _, s := range []struct {
		name string
		has  int
	}{{"reach", 5000}, {"full", 18000}, {"crowd", 60000}} {
		if users <= s.has {
			return "pushbench run " + s.name + lanes
		}
	}
	return ""
}
