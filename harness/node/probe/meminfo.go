package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// meminfo reads what the machine still has to give: MemAvailable, and the free pages each CPU keeps for itself, which
// MemAvailable leaves out. Kernel 6.18 was seen to move 40 MB between the two within one ramp: only the sum is a measure.
//
// Their fall is the check of all layers together, without telling them apart: on loopback both ends of every connection are in
// it, the agents, the coordinator, and every other process of the machine. Slab that was allocated as reclaimable stays
// available all the while; the inodes and dentries of sockets are.
func meminfo(_ context.Context, s Server) ([]Reading, error) {
	available, err := memAvailable(s.Proc)
	if err != nil {
		return nil, err
	}
	kept, err := keptPerCPU(filepath.Join(s.Proc, "zoneinfo"))
	if err != nil {
		return nil, err
	}
	return []Reading{
		gauge("available", results.Bytes, available+kept),
		gauge("memory_available", results.Bytes, available),
		gauge("free_per_cpu", results.Bytes, kept),
	}, nil
}

// memAvailable is the figure of proc_meminfo(5): what could be given to a process without swapping, in bytes.
func memAvailable(proc string) (float64, error) {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return 0, err
	}
	info, err := of.Meminfo()
	if err == nil && info.MemAvailableBytes == nil {
		err = errors.New("no MemAvailable in " + proc + "/meminfo: it came with Linux 3.14")
	}
	if err != nil {
		return 0, err
	}
	return float64(*info.MemAvailableBytes), nil
}

// keptPerCPU adds up the pagesets of all zones and CPUs in proc/zoneinfo (kernel, mm/vmstat.c), in bytes, which
// procfs does not read.
func keptPerCPU(path string) (float64, error) {
	pages, _, err := fieldSum(path, "count:")
	return pages * float64(os.Getpagesize()), err
}

// fieldSum adds up the numbers behind a name that begins a line, and counts them. It reads the files
// that procfs does not: vmstat, zoneinfo, and those of control groups.
func fieldSum(path, name string) (sum float64, found int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || fields[0] != name {
			continue
		}
		v, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %s is %q, not a number", path, strings.TrimSuffix(name, ":"), fields[1])
		}
		sum, found = sum+v, found+1
	}
	return sum, found, lines.Err()
}
