package trial

import (
	"os"
	"time"

	"github.com/pushbench/pushbench/harness/node/machine"
	"github.com/pushbench/pushbench/harness/node/probe"
	"github.com/pushbench/pushbench/results"
)

// use is the CPU time in seconds that was used beside the server, so far or in a phase, and how the run's control group was
// throttled.
type use struct {
	agents, conductor float64
	throttled         probe.Throttling
	kills             probe.OOMKills // so far
}

// used reads what the load and this process have used so far.
func (t *trial) used() (u use, err error) {
	if u.agents, err = t.fleet.CPU(); err != nil {
		return u, err
	}
	u.throttled, _ = probe.ReadThrottling("/proc", "self")
	u.kills = probe.ReadOOMKills("/proc")
	u.conductor, err = probe.CPUSeconds("/proc", os.Getpid())
	return u, err
}

func (u use) since(before use) use {
	return use{
		agents: u.agents - before.agents, conductor: u.conductor - before.conductor, throttled: u.throttled.Since(before.throttled),
	}
}

// beside is what the machine did in a phase beside the trial, of what the probes and the trial's own processes say. The
// other CPU time is what is left of all: it is known to 10 ms, and may be below 0 by so much.
func (u use) beside(grown []probe.Sourced) machine.Interference {
	value := make(map[[2]string]float64, len(grown))
	for _, r := range grown {
		value[[2]string{r.Source, r.Metric}] = r.Value
	}
	return machine.Interference{
		CPU:            value[[2]string{"machine", "machine_busy"}] - value[[2]string{"schedstat", "cpu"}] - u.agents - u.conductor,
		Steal:          value[[2]string{"machine", "machine_steal"}],
		Swapped:        value[[2]string{"machine", "swapped"}],
		MemoryPressure: value[[2]string{"machine", "pressure_memory"}],
	}
}

// surroundings records what the trial's own processes used in a phase and what others did, and warns where that is more
// than a quiet machine does. The figures are in the rows.
func (t *trial) surroundings(phase string, connections int, u use, b machine.Interference, took time.Duration) {
	t.rows.sample(phase, connections, sourceAgent, "agent_cpu", results.Seconds, u.agents)
	t.rows.sample(phase, connections, sourceTrial, "conductor_cpu", results.Seconds, u.conductor)
	t.rows.sample(phase, connections, sourceTrial, "other_cpu", results.Seconds, b.CPU)
	t.rows.sample(phase, connections, sourceTrial, "throttled", results.Seconds, u.throttled.Seconds)
	for _, trouble := range b.Warnings(took) {
		t.warn(phase, trouble.Code, trouble.Args)
	}
}
