package decision

import (
	"strings"

	"github.com/pushbench/pushbench/results"
)

// gap is something a team asks that the run does not answer.
type gap struct {
	Question string
	Command  string // that would; empty: nothing of pushbench does
}

func (d *Decision) gaps() (out []gap) {
	lanes := " --lanes " + strings.Join(results.Names(d.options()), ",")
	if d.Measured.Connections < d.Workload.Users {
		out = append(out, gap{"latency with all users connected", crowded(d.Workload.Users, lanes)})
	}
	for _, g := range []struct{ metric, question, scenario string }{
		{perUplink, "what a message of a client takes", "uplink"},
		{"reconnect_time_p50", "how long clients are away after their connections are cut, and what they miss", "reconnect"},
	} {
		if d.rows[d.options()[0].Name][g.metric].N == 0 {
			out = append(out, gap{g.question, "pushbench run " + g.scenario + lanes})
		}
	}
	return append(out,
		gap{"what a restart of the server loses", "pushbench run restart" + lanes},
		gap{"how many dead connections a server keeps", "pushbench run silent-death" + lanes},
		gap{"what compression saves", "pushbench run compression"},
		gap{"what your proxy does to it: buffering, idle timeouts", ""},
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
