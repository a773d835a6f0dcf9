package machine

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// Observation is what a machine does while nothing is measured, and how it is set up.
type Observation struct {
	proc, sys    string // its /proc and /sys
	took         time.Duration
	interference Interference
	busy         []Usage // other processes, the busiest first
	load         float64 // average of the last minute
}

// Observe watches the machine for a second. That is long enough for the limits of Interference: its figures have
// a resolution of 10 ms.
func Observe(ctx context.Context, proc, sys string) (Observation, error) {
	s := Observation{proc: proc, sys: sys}
	before, err := s.read(ctx)
	if err != nil {
		return s, fmt.Errorf("observe the machine: %w", err)
	}
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return s, context.Cause(ctx)
	}
	after, err := s.read(ctx)
	if err != nil {
		return s, fmt.Errorf("observe the machine: %w", err)
	}
	grown := func(metric string) float64 { return after.value[metric] - before.value[metric] }
	s.took = after.at.Sub(before.at)
	s.interference = Interference{
		CPU:   grown("machine_busy") - (after.own - before.own),
		Steal: grown("machine_steal"), Swapped: grown("swapped"), MemoryPressure: grown("pressure_memory"),
	}
	s.busy = after.processes.Busiest(before.processes, os.Getpid())
	s.load = after.value["load1"]
	return s, nil
}

// moment is the machine at one time.
type moment struct {
	at        time.Time
	value     map[string]float64
	own       float64 // seconds of CPU this process has used
	processes Processes
}

func (s Observation) read(ctx context.Context) (m moment, err error) {
	if m.processes, err = ReadProcesses(s.proc); err != nil {
		return m, err
	}
	m.at, m.value = time.Now(), map[string]float64{}
	if m.own, err = probe.CPUSeconds(s.proc, os.Getpid()); err != nil {
		return m, err
	}
	readings, err := probe.Machine(ctx, probe.Server{Proc: s.proc, Sys: s.sys})
	for _, r := range readings {
		m.value[r.Metric] = r.Value
	}
	return m, err
}
