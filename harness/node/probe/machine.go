package probe

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pushbench/pushbench/internal/wire"
	"github.com/pushbench/pushbench/results"
)

// userHertz is the resolution of the kernel's times in proc/stat, on all architectures Go has (proc_stat(5), USER_HZ).
const userHertz = 100

// Machine reads what everybody does to the machine, the measured processes among them: no process of s is looked at.
// The reading that is wanted closest to the server's CPU time comes first.
func Machine(_ context.Context, s Server) ([]Reading, error) {
	now := time.Duration(wire.Now())
	times, err := readTimes(filepath.Join(s.Proc, "stat"))
	if err != nil {
		return nil, err
	}
	swapped, err := swappedPages(filepath.Join(s.Proc, "vmstat"))
	if err != nil {
		return nil, err
	}
	load, err := firstNumber(filepath.Join(s.Proc, "loadavg"))
	if err != nil {
		return nil, err
	}
	readings := []Reading{
		counter("machine_busy", results.Seconds, times.busy(now)),
		counter("machine_steal", results.Seconds, times.steal),
		counter("swapped", results.Bytes, swapped*float64(os.Getpagesize())),
		gauge("load1", results.Count, load),
	}
	for _, resource := range []string{"cpu", "memory"} {
		if v, err := stalled(filepath.Join(s.Proc, "pressure", resource)); err == nil { // many kernels do not count it
			readings = append(readings, counter("pressure_"+resource, results.Seconds, v))
		}
	}
	if v, ok := frequency(s.Sys); ok {
		readings = append(readings, gauge("frequency", results.Hertz, v))
	}
	return readings, nil
}

// times are the machine's in seconds, all CPUs summed.
type times struct {
	cpus              int
	idle, wait, steal float64
}

// busy is the time at which CPUs were neither idle nor taken by a hypervisor, but for a constant. It comes from the idle
// time, which tickless kernels take from a clock; what they say of user and system time is a sample of each tick, and load
// that a timer wakes hides between ticks: of 0.72 s in bursts of 1.5 ms it showed 0.66 s (6.18, HZ 250), this 0.73 s.
func (t times) busy(now time.Duration) float64 {
	return float64(t.cpus)*now.Seconds() - t.idle - t.wait - t.steal
}

// readTimes reads proc/stat (proc_stat(5)).
func readTimes(path string) (t times, err error) {
	f, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer f.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(f)
	for found := false; lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) > 8 && fields[0] == "cpu":
			found = true
			for i, into := range map[int]*float64{4: &t.idle, 5: &t.wait, 8: &t.steal} {
				ticks, err := strconv.ParseFloat(fields[i], 64)
				if err != nil {
					return t, fmt.Errorf("%s: %q is not a time", path, fields[i])
				}
				*into = ticks / userHertz
			}
		case len(fields) > 0 && strings.HasPrefix(fields[0], "cpu"):
			t.cpus++
		case found: // interrupts come next, one number for each: long on large machines
			return t, nil
		}
	}
	if err := lines.Err(); err != nil {
		return t, err
	}
	return t, fmt.Errorf("%s says no times of the cpus", path)
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

// stalled is the time in seconds in which at least one process waited for a resource (kernel, accounting/psi.rst).
func stalled(path string) (float64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if some, ok := strings.CutPrefix(line, "some "); ok {
			_, total, _ := strings.Cut(some, "total=")
			micros, err := strconv.ParseFloat(strings.TrimSpace(total), 64)
			return micros / 1e6, err
		}
	}
	return 0, fmt.Errorf("%s has no line some", path)
}

// firstNumber reads the number a file begins with.
func firstNumber(path string) (v float64, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	if _, err := fmt.Sscan(string(text), &v); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

// frequency is the mean of the CPUs' in Hz (kernel, admin-guide/pm/cpufreq.rst); virtual machines mostly show none.
func frequency(sys string) (float64, bool) {
	files, err := filepath.Glob(filepath.Join(sys, "devices", "system", "cpu", "cpu[0-9]*", "cpufreq", "scaling_cur_freq"))
	if err != nil || len(files) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, f := range files {
		kHz, err := firstNumber(f)
		if err != nil {
			return 0, false
		}
		sum += kHz * 1000
	}
	return sum / float64(len(files)), true
}
