package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/pushbench/pushbench/results"
)

// schedstat sums the first field of every thread's schedstat: ns on CPU (kernel, Documentation/scheduler/sched-stats.rst).
// gopsutil's figures come in ticks of 10 ms, too coarse for phases of seconds.
func schedstat(_ context.Context, s Server) ([]Reading, error) {
	tasks := filepath.Join(s.Proc, strconv.Itoa(s.PID), "task")
	threads, err := os.ReadDir(tasks)
	if err != nil {
		return nil, err
	}
	var onCPU, waiting uint64
	for _, t := range threads {
		data, err := os.ReadFile(filepath.Join(tasks, t.Name(), "schedstat"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the thread ended between the two reads
		}
		if err != nil {
			return nil, err
		}
		var cpu, wait uint64
		if _, err := fmt.Sscan(string(data), &cpu, &wait); err != nil {
			return nil, fmt.Errorf("schedstat of thread %s: %w", t.Name(), err)
		}
		onCPU += cpu
		waiting += wait
	}
	return []Reading{
		counter("cpu", results.Seconds, float64(onCPU)/1e9),
		counter("cpu_wait", results.Seconds, float64(waiting)/1e9), // runnable, but another process had the CPU
	}, nil
}
