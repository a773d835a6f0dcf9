package machine

import (
	"fmt"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// What the control group of this process, and the groups it is in, let it use: containers, services and CI jobs have limits
// that the machine itself does not show.

// cpuQuota stops every process of the group when it is used up, until the next period.
func cpuQuota(s Observation) (reading, advice string) {
	g := probe.ReadGroup(s.proc, "self")
	if !g.Known {
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

// memoryLimit is what the kernel ends processes at; Memory checks whether a scenario fits.
func memoryLimit(s Observation) (reading, advice string) {
	g := probe.ReadGroup(s.proc, "self")
	switch {
	case !g.Known:
		return "", ""
	case g.Memory == 0:
		return "none", ""
	default:
		return fmt.Sprintf("%.2f GiB, %.2f GiB of it left", g.Memory/(1<<30), g.Left/(1<<30)), ""
	}
}

// cpuSet bounds the cpus that server and load are divided over.
func cpuSet(s Observation) (reading, advice string) {
	return probe.ReadGroup(s.proc, "self").CPUs, ""
}

// grouped are the bounds of the control group for the record of a run: neither what is left of them nor the group's name, which
// are others when the run is resumed.
func grouped(proc string) map[string]string {
	bounds := map[string]string{}
	g := probe.ReadGroup(proc, "self")
	if !g.Known {
		return bounds
	}
	bounds["cpu quota"], bounds["memory of the control group"] = "none", "none"
	if g.Quota > 0 {
		bounds["cpu quota"] = fmt.Sprintf("%.2f cpus", g.Quota)
	}
	if g.Memory > 0 {
		bounds["memory of the control group"] = fmt.Sprintf("%.2f GiB", g.Memory/(1<<30))
	}
	if g.CPUs != "" {
		bounds["cpuset"] = g.CPUs
	}
	return bounds
}
