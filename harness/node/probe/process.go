package probe

import (
	"context"
	"errors"
	"io/fs"

	"github.com/prometheus/procfs"
	"github.com/shirou/gopsutil/v3/common"
	"github.com/shirou/gopsutil/v3/cpu"
	gopsutil "github.com/shirou/gopsutil/v3/process"

	"github.com/pushbench/pushbench/results"
)

// process reads resident memory and CPU the way every monitoring agent does, with gopsutil. Pages that several processes of a
// server share are in rss once for each.
func process(ctx context.Context, s Server) ([]Reading, error) {
	if s.PID == 0 {
		return nil, nil
	}
	ctx = context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: s.Proc})
	rss, user, system := 0.0, 0.0, 0.0
	for _, pid := range s.PIDs() {
		memory, times, err := usage(ctx, pid)
		if pid != s.PID && (gone(err) || errors.Is(err, gopsutil.ErrorProcessNotRunning)) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rss, user, system = rss+float64(memory.RSS), user+times.User, system+times.System
	}
	return []Reading{
		gauge("rss", results.Bytes, rss),
		counter("cpu_user", results.Seconds, user),
		counter("cpu_system", results.Seconds, system),
	}, nil
}

// usage reads one process, which may end meanwhile.
func usage(ctx context.Context, pid int) (*gopsutil.MemoryInfoStat, *cpu.TimesStat, error) {
	p, err := gopsutil.NewProcessWithContext(ctx, int32(pid)) //nolint:gosec // a pid fits
	if err != nil {
		return nil, nil, err
	}
	memory, err := p.MemoryInfoWithContext(ctx)
	if err != nil {
		return nil, nil, err
	}
	times, err := p.TimesWithContext(ctx)
	return memory, times, err
}

// proportional reads the memory of a server of several processes with each page they share counted once (proc_pid_smaps(5),
// Pss): 1 ms for 100 MB. No row of a server of one process, whose rss is the same, and where the kernel does not show it.
func proportional(_ context.Context, s Server) ([]Reading, error) {
	if len(s.Others) == 0 {
		return nil, nil
	}
	sum := uint64(0)
	err := s.eachProcess(func(p procfs.Proc) error {
		smaps, err := p.ProcSMapsRollup()
		sum += smaps.Pss
		return err
	})
	if err != nil || sum == 0 {
		return nil, nil //nolint:nilerr // as documented
	}
	return []Reading{gauge("pss", results.Bytes, float64(sum))}, nil
}

// descriptors counts the open files of the server. No row where they are another user's.
func descriptors(_ context.Context, s Server) ([]Reading, error) {
	open := 0
	err := s.eachProcess(func(p procfs.Proc) error {
		n, err := p.FileDescriptorsLen()
		open += n
		return err
	})
	if s.PID == 0 || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []Reading{gauge("descriptors", results.Count, float64(open))}, nil
}
