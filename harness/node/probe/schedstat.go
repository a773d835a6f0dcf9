package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/prometheus/procfs"

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
	err = s.eachThread(func(thread procfs.Proc) error {
		stat, err := thread.Schedstat()
		if err != nil {
			return fmt.Errorf("schedstat of thread %d: %w", thread.PID, err)
		}
		cpuNanos += stat.RunningNanoseconds
		waitNanos += stat.WaitingNanoseconds
		return nil
	})
	return float64(cpuNanos) / 1e9, float64(waitNanos) / 1e9, err
}

// switches sums the context switches of every thread: voluntary ones wait for something, involuntary ones lost their CPU
// (proc_pid_status(5)). The figures of the process's own folder are those of its first thread alone.
func switches(_ context.Context, s Server) ([]Reading, error) {
	var voluntary, involuntary uint64
	err := s.eachThread(func(thread procfs.Proc) error {
		status, err := thread.NewStatus()
		voluntary += status.VoluntaryCtxtSwitches
		involuntary += status.NonVoluntaryCtxtSwitches
		return err
	})
	if err != nil || s.PID == 0 {
		return nil, err
	}
	return []Reading{
		counter("switches_voluntary", results.Count, float64(voluntary)),
		counter("switches_involuntary", results.Count, float64(involuntary)),
	}, nil
}

// eachThread reads every thread of the server.
func (s Server) eachThread(read func(thread procfs.Proc) error) error {
	if s.PID == 0 {
		return nil
	}
	of, err := procfs.NewFS(s.Proc)
	if err != nil {
		return err
	}
	return s.eachProcess(func(p procfs.Proc) error {
		threads, err := of.AllThreads(p.PID)
		if err != nil {
			return err
		}
		for _, t := range threads {
			// A thread that has ended since is gone, its file with it or its process behind the open file.
			if err := read(t); err != nil && !gone(err) {
				return err
			}
		}
		return nil
	})
}

// eachProcess reads every process of the server. One of the others that has ended since is gone.
func (s Server) eachProcess(read func(procfs.Proc) error) error {
	if s.PID == 0 {
		return nil
	}
	of, err := procfs.NewFS(s.Proc)
	if err != nil {
		return err
	}
	for _, pid := range s.PIDs() {
		p, err := of.Proc(pid)
		if err == nil {
			err = read(p)
		}
		if err != nil && (pid == s.PID || !gone(err)) {
			return err
		}
	}
	return nil
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }
