//go:build !linux

package machine

import "runtime"

// CPUs returns the processors of the machine.
func CPUs() ([]int, error) {
	cpus := make([]int, runtime.NumCPU())
	for i := range cpus {
		cpus[i] = i
	}
	return cpus, nil
}

// OnCPUs runs start; this system binds no process to a CPU.
func OnCPUs(_ []int, start func() error) error { return start() }
