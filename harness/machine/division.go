package machine

import (
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
