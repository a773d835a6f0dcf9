package trial

import (
	"strings"
	"testing"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/scenario"
	"github.com/pushbench/pushbench/results"
)

// A proxy gets a connection more for each subscriber; a pool that was full before, or fills, is none.
func TestBehind(t *testing.T) {
	redis := func(n int) []probe.Owner { return []probe.Owner{{PID: 7, Name: "redis", Connections: n}} }
	for _, c := range []struct {
		name  string
		after [2][]probe.Owner // of ramps of 10
		want  bool
	}{
		{"alone", [2][]probe.Owner{}, false},
		{"one connection", [2][]probe.Owner{redis(1), redis(1)}, false},
		{"a pool that is full after the first ramp", [2][]probe.Owner{redis(10), redis(10)}, false},
		{"a pool that fills", [2][]probe.Owner{redis(2), redis(7)}, false},
		{"a connection for each subscriber", [2][]probe.Owner{redis(11), redis(21)}, true},
		{"a proxy to two", [2][]probe.Owner{nil, append(redis(5), probe.Owner{PID: 8, Name: "redis", Connections: 5})}, true},
	} {
		tr := &trial{scenario: &scenario.Scenario{Phases: []scenario.Phase{{Work: &Ramp{To: 10}}, {Work: &Ramp{To: 20}}}}}
		for i, owners := range c.after {
			tr.open = 10 * (i + 1)
			tr.behind([]node.Serving{{Behind: owners}}, 10)
		}
		if got := len(tr.invalid) > 0; got != c.want || got && !strings.Contains(tr.invalid[0].String(), "connections to pid 7 (redis)") {
			t.Errorf("%s: invalid for %q", c.name, tr.invalid)
		}
	}
}

// What belongs to the server counts once, and a proxy before it is then valid: the kernel's part alone is missing.
func TestBehindWithin(t *testing.T) {
	all := []node.Serving{
		{Measured: []results.Process{{PID: 6, Name: "nginx"}}, Behind: []probe.Owner{{PID: 7, Name: "node", Connections: 10}}},
		{Measured: []results.Process{{PID: 7, Name: "node"}}},
	}
	tr := &trial{scenario: &scenario.Scenario{Phases: []scenario.Phase{{Work: &Ramp{To: 10}}}}, open: 10}
	if err := once(all); err != nil {
		t.Fatal(err)
	}
	tr.behind(all, 10)
	if len(tr.invalid) > 0 || len(tr.warnings) != 1 || !strings.Contains(tr.warnings[0].String(), "the kernel's memory") {
		t.Errorf("invalid for %q, with warnings %q", tr.invalid, tr.warnings)
	}
	if err := once(append(all, all[1])); err == nil || !strings.Contains(err.Error(), "pid 7 (node) would count twice") {
		t.Errorf("twice: %v", err)
	}
}
