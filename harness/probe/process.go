package probe

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/shirou/gopsutil/v3/common"
	gopsutil "github.com/shirou/gopsutil/v3/process"

	"github.com/pushbench/pushbench/results"
)

// process reads resident memory and CPU the way every monitoring agent does, with gopsutil.
func process(ctx context.Context, s Server) ([]Reading, error) {
	ctx = context.WithValue(ctx, common.EnvKey, common.EnvMap{common.HostProcEnvKey: s.Proc})
	p, err := gopsutil.NewProcessWithContext(ctx, int32(s.PID)) //nolint:gosec // a pid fits
	if err != nil {
		return nil, err
	}
	memory, err := p.MemoryInfoWithContext(ctx)
	if err != nil {
		return nil, err
	}
	times, err := p.TimesWithContext(ctx)
	if err != nil {
		return nil, err
	}
	return []Reading{
		gauge("rss", results.Bytes, float64(memory.RSS)),
		counter("cpu_user", results.Seconds, times.User),
		counter("cpu_system", results.Seconds, times.System),
	}, nil
}

// descriptors counts the open files of the process.
func descriptors(_ context.Context, s Server) ([]Reading, error) {
	open, err := os.ReadDir(filepath.Join(s.Proc, strconv.Itoa(s.PID), "fd"))
	if err != nil {
		return nil, err
	}
	return []Reading{gauge("descriptors", results.Count, float64(len(open)))}, nil
}
