package machine

import (
	"fmt"

	"github.com/pushbench/pushbench/harness/probe"
)

// What the control group of this process, and the groups it is in, let it use: containers, services and CI jobs have limits
// that the machine itself does not show.

// cpuQuota stops every process of the group when it is used up, until the next period.
func cpuQuota(s Surroundings) (reading, advice string) {
	g := probe.ReadGroup(s.proc, "self")
	if g == (probe.Group{}) {
		return "", ""
	}
	if g.Quota == 0 {
		return "none", ""
	}
	reading = fmt.Sprintf("%.2f cpus, of %s", g.Quota, g.Of)
	if cpus := len(s.each("cpu[0-9]*")); cpus == 0 || g.Quota < float64(cpus) {
		advice = "server and load are stopped for up to 100 ms whenever it is used up, and trials in which they were do not count: raise it (docker --cpus, limits.cpu, CPUQuota=, cpu.max), or run without one"
	}
	return reading, advice
}

// memoryLimit is what the kernel ends processes at; whether a scenario fits is said of each.
func memoryLimit(s Surroundings) (reading, advice string) {
	g := probe.ReadGroup(s.proc, "self")
	switch {
	case g == (probe.Group{}):
		return "", ""
	case g.Memory == 0:
		return "none", ""
	default:
		return fmt.Sprintf("%.2f GiB, %.2f GiB of it left", g.Memory/(1<<30), g.Left/(1<<30)), ""
	}
}

// cpuSet bounds the cpus that server and load are divided over.
func cpuSet(s Surroundings) (reading, advice string) {
	return probe.ReadGroup(s.proc, "self").CPUs, ""
}

// grouped are the bounds of the control group for the record of a run.
func grouped(proc string) map[string]string {
	bounds := map[string]string{}
	for name, read := range map[string]func(Surroundings) (string, string){
		"cpu quota": cpuQuota, "memory of the control group": memoryLimit, "cpuset": cpuSet,
	} {
		if reading, _ := read(Surroundings{proc: proc}); reading != "" {
			bounds[name] = reading
		}
	}
	return bounds
}
