package trial

import (
	"math"
	"time"

	"github.com/pushbench/pushbench/harness/node"
	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/harness/node/program"
	"github.com/pushbench/pushbench/results"
)

// use is the CPU time in seconds that others than the server used in a phase, and how the run's control group was
// throttled.
type use struct {
	agents, coordinator float64
	throttled           probe.Throttling
}

// used is what the load and the harness have used in a phase.
func (t *trial) used(grown []node.Reading, before, after node.Snapshot) (u use) {
	u.agents, _ = node.Sum(grown, "schedstat", "cpu", isLoad)
	u.coordinator, _ = node.Sum(grown, "schedstat", "cpu", func(p string) bool { return p == node.Self })
	u.throttled = after.Group.Throttled.Since(before.Group.Throttled)
	return u
}

// isLoad reports whether a process causes the load; isMeasured, whether it is what a trial is about, or its host.
func isLoad(process string) bool { return !program.RoleOf(process).Measured() }

func isMeasured(process string) bool { return !isLoad(process) && process != node.Self }

// byOthers is the machine's activity in a phase that is not the trial's. Its CPU time is the remainder of all: it is known
// to 10 ms, and may be below 0 by so much.
func (u use) byOthers(grown []node.Reading) machine.Interference {
	value := func(source, metric string) float64 {
		v, _ := node.Sum(grown, source, metric, isMeasured)
		return v
	}
	return machine.Interference{
		CPU:            value("machine", "machine_busy") - value("schedstat", "cpu") - u.agents - u.coordinator,
		Steal:          value("machine", "machine_steal"),
		Swapped:        value("machine", "swapped"),
		MemoryPressure: value("machine", "pressure_memory"),
	}
}

// interference records what the trial's own processes used in a phase and what others did, and warns where that is more
// than a quiet machine does. The figures are in the rows.
func (t *trial) interference(phase string, connections int, u use, b machine.Interference, took time.Duration) {
	t.rows.sample(phase, connections, sourceAgent, "agent_cpu", results.Seconds, u.agents)
	t.rows.sample(phase, connections, sourceTrial, "coordinator_cpu", results.Seconds, u.coordinator)
	if !math.IsNaN(b.CPU) {
		t.rows.sample(phase, connections, sourceTrial, "other_cpu", results.Seconds, b.CPU)
	}
	t.rows.sample(phase, connections, sourceTrial, "throttled", results.Seconds, u.throttled.Seconds)
	for _, w := range b.Warnings(took) {
		t.warn(phase, w.Code, w.Args)
	}
}
