package machine

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"
	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/mem"

	"github.com/pushbench/pushbench/results"
)

// sysctls that decide what a connection costs or how many there can be.
func sysctls() []string {
	return []string{
		"net/core/somaxconn", "net/core/rmem_default", "net/core/rmem_max", "net/core/wmem_default", "net/core/wmem_max",
		"net/ipv4/tcp_rmem", "net/ipv4/tcp_wmem", "net/ipv4/ip_local_port_range", "net/ipv4/tcp_max_syn_backlog",
		"net/ipv4/tcp_congestion_control", "fs/file-max",
	}
}

// Environment describes the machine and the program, as evidence for the numbers.
func Environment(ctx context.Context, proc string, l Limits, d Division) (results.Environment, error) {
	e := results.Environment{
		Commit: commit(), Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, CPUs: len(l.CPUs),
		Affinity: map[string]string{"server": List(d.Server), "agents": List(d.Agents), "harness": List(l.CPUs)},
		Limits: map[string]string{
			"descriptors": strconv.FormatUint(l.Descriptors, 10),
			"ports":       fmt.Sprintf("%d-%d", l.PortLow, l.PortHigh),
		},
		Sysctls: map[string]string{},
	}
	maps.Copy(e.Limits, grouped(proc))
	info, err := host.InfoWithContext(ctx)
	if err != nil {
		return e, fmt.Errorf("describe the host: %w", err)
	}
	e.Kernel = info.KernelVersion
	e.OS = strings.TrimSpace(info.Platform+" "+info.PlatformVersion) + " " + e.OS
	if cpus, err := cpu.InfoWithContext(ctx); err == nil && len(cpus) > 0 {
		e.CPU = cpus[0].ModelName
	}
	memory, err := mem.VirtualMemoryWithContext(ctx)
	if err != nil {
		return e, fmt.Errorf("describe the memory: %w", err)
	}
	e.Memory = memory.Total
	of, err := procfs.NewFS(proc)
	if err != nil {
		return e, err
	}
	for _, name := range sysctls() {
		if v, err := of.SysctlStrings(name); err == nil {
			e.Sysctls[strings.ReplaceAll(name, "/", ".")] = strings.Join(v, " ")
		}
	}
	return e, nil
}

// commit is the revision the binary was built from, as the Go toolchain or the Makefile stamped it.
func commit() string {
	if Commit != "" {
		return Commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "-dirty"
			}
		}
	}
	return revision + dirty
}

// Commit is set at link time (-ldflags -X) where the toolchain stamps no revision.
var Commit string //nolint:gochecknoglobals // the linker needs a variable
