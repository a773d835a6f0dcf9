package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/pushbench/pushbench/results"
)

// schedstat sums the first field of every thread's schedstat: ns on CPU (kernel, Documentation/scheduler/sched-stats.rst).
// gopsutil's figures come in ticks of 10 ms, too coarse for phases of seconds.
func schedstat(_ context.Context, s Server) ([]Reading, error) {
	if s.PID == 0 {
		return nil, nil
	}
	onCPU, waiting, err := timeOnCPU(s)
	if err != nil {
		return nil, err
	}
	return []Reading{
		counter("cpu", results.Seconds, onCPU),
		counter("cpu_wait", results.Seconds, waiting), // runnable, but another process had the CPU
	}, nil
}

// timeOnCPU is how long the server's threads had a CPU, and how long they waited for one, in seconds.
func timeOnCPU(s Server) (onCPU, waiting float64, err error) {
	var cpuNanos, waitNanos uint64
	err = eachThread(s, "schedstat", func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var cpu, wait uint64
		if _, err := fmt.Sscan(string(data), &cpu, &wait); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		cpuNanos += cpu
		waitNanos += wait
		return nil
	})
	return float64(cpuNanos) / 1e9, float64(waitNanos) / 1e9, err
}

// switches sums the context switches of every thread: voluntary ones wait for something, involuntary ones lost their CPU
// (proc_pid_status(5)). The figures of the process's own folder are those of its first thread alone.
func switches(_ context.Context, s Server) ([]Reading, error) {
	var voluntary, involuntary float64
	err := eachThread(s, "status", func(path string) error {
		waits, _, err := fieldSum(path, "voluntary_ctxt_switches:")
		if err != nil {
			return err
		}
		losses, _, err := fieldSum(path, "nonvoluntary_ctxt_switches:")
		voluntary += waits
		involuntary += losses
		return err
	})
	if err != nil || s.PID == 0 {
		return nil, err
	}
	return []Reading{
		counter("switches_voluntary", results.Count, voluntary),
		counter("switches_involuntary", results.Count, involuntary),
	}, nil
}

// eachThread reads a file of every thread of the server.
func eachThread(s Server, file string, read func(path string) error) error {
	return eachProcess(s, func(dir string) error {
		tasks := filepath.Join(dir, "task")
		threads, err := os.ReadDir(tasks)
		if err != nil {
			return err
		}
		for _, t := range threads {
			// A thread that has ended since is gone, its file with it or its process behind the open file.
			if err := read(filepath.Join(tasks, t.Name(), file)); err != nil && !gone(err) {
				return err
			}
		}
		return nil
	})
}

// eachProcess reads something in the folder of every process of the server. One of the others that has ended since is gone.
func eachProcess(s Server, read func(dir string) error) error {
	for _, pid := range s.PIDs() {
		if err := read(filepath.Join(s.Proc, strconv.Itoa(pid))); err != nil && (pid == s.PID || !gone(err)) {
			return err
		}
	}
	return nil
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
