package machine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Division is which CPUs server and agents get. They share none when there are two or more.
type Division struct {
	Server []int
	Agents []int
	Shared bool // one CPU only: every figure contains the load's interference
}

// Divide gives the server the second half: interrupts and the rest of the system favour the first CPU.
func Divide(cpus []int) Division {
	if len(cpus) < 2 {
		return Division{Server: cpus, Agents: cpus, Shared: true}
	}
	half := len(cpus) / 2
	return Division{Server: cpus[half:], Agents: cpus[:half]}
}

// List prints processors as 0,1,2.
func List(cpus []int) string {
	texts := make([]string, len(cpus))
	for i, cpu := range cpus {
		texts[i] = strconv.Itoa(cpu)
	}
	return strings.Join(texts, ",")
}

// ParseDivision reads a division from two of those lists. It is an error when a CPU is not among those there are.
func ParseDivision(server, agents string, cpus []int) (d Division, err error) {
	for _, part := range []struct {
		role, list string
		into       *[]int
	}{{"server", server, &d.Server}, {"load", agents, &d.Agents}} {
		for text := range strings.SplitSeq(part.list, ",") {
			cpu, err := strconv.Atoi(text)
			if err != nil || !slices.Contains(cpus, cpu) {
				return d, fmt.Errorf("the %s was on cpus %s, and here are cpus %s: allow those (taskset, docker --cpuset-cpus), or begin a new run",
					part.role, part.list, List(cpus))
			}
			*part.into = append(*part.into, cpu)
		}
	}
	d.Shared = slices.ContainsFunc(d.Server, func(cpu int) bool { return slices.Contains(d.Agents, cpu) })
	return d, nil
}
