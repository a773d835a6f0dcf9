package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// Machine reads what everybody does to the machine, the measured processes among them: no process of s is looked at.
// The reading that is wanted closest to the server's CPU time comes first.
func Machine(_ context.Context, s Server) ([]Reading, error) {
	of, err := procfs.NewFS(s.Proc)
	if err != nil {
		return nil, err
	}
	now := time.Duration(wire.Now())
	stat, err := of.Stat()
	if err == nil && len(stat.CPU) == 0 {
		err = errors.New(s.Proc + "/stat has no times of the cpus")
	}
	if err != nil {
		return nil, err
	}
	swapped, err := swappedPages(filepath.Join(s.Proc, "vmstat"))
	if err != nil {
		return nil, err
	}
	load, err := of.LoadAvg()
	if err != nil {
		return nil, fmt.Errorf("loadavg: %w", err)
	}
	readings := []Reading{
		counter("machine_busy", results.Seconds, busyTime(stat, now)),
		counter("machine_steal", results.Seconds, stat.CPUTotal.Steal),
		counter("swapped", results.Bytes, swapped*float64(os.Getpagesize())),
		gauge("load1", results.Count, load.Load1),
	}
	for _, resource := range []string{"cpu", "memory"} {
		// The time in which at least one process waited for it (kernel, accounting/psi.rst): many kernels do not count it.
		if psi, err := of.PSIStatsForResource(resource); err == nil && psi.Some != nil {
			readings = append(readings, counter("pressure_"+resource, results.Seconds, float64(psi.Some.Total)/1e6))
		}
	}
	if v, ok := frequency(s.Sys); ok {
		readings = append(readings, gauge("frequency", results.Hertz, v))
	}
	return readings, nil
}

// busyTime is the time at which CPUs were neither idle nor taken by a hypervisor, but for a constant. It comes from the idle
// time, which tickless kernels take from a clock; their user and system time is a sample of each tick, and load
// that a timer wakes hides between ticks: of 0.72 s in bursts of 1.5 ms it showed 0.66 s (6.18, HZ 250), this 0.73 s.
func busyTime(stat procfs.Stat, now time.Duration) float64 {
	all := stat.CPUTotal
	return float64(len(stat.CPU))*now.Seconds() - all.Idle - all.Iowait - all.Steal
}

// swappedPages counts those that went to swap or came back since the machine started.
func swappedPages(path string) (float64, error) {
	in, _, err := fieldSum(path, "pswpin")
	if err != nil {
		return 0, err
	}
	out, _, err := fieldSum(path, "pswpout")
	return in + out, err
}

// frequency is the mean of the CPUs' in Hz (kernel, admin-guide/pm/cpufreq.rst); virtual machines mostly show none.
func frequency(sys string) (float64, bool) {
	files, err := filepath.Glob(filepath.Join(sys, "devices", "system", "cpu", "cpu[0-9]*", "cpufreq", "scaling_cur_freq"))
	if err != nil || len(files) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, f := range files {
		kHz, err := number(f)
		if err != nil {
			return 0, false
		}
		sum += float64(kHz) * 1000
	}
	return sum / float64(len(files)), true
}
