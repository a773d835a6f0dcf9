package probe

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// cgroup reads what the server's control group is charged for TCP buffers. Agents and coordinator are its children, so that
// both ends of a connection on loopback are in it, and whatever else runs in the group. No row where the group does not
// count: Accounting has the reason.
func cgroup(_ context.Context, s Server) ([]Reading, error) {
	v, _, err := cgroupSockets(s.Proc, strconv.Itoa(s.PID))
	if err != nil {
		return nil, nil //nolint:nilerr // many systems have none: Accounting has the reason
	}
	return []Reading{gauge("socket_memory", results.Bytes, v)}, nil
}

// cgroupSockets reads the figure in bytes and names its file.
func cgroupSockets(proc, pid string) (v float64, file string, err error) {
	for _, version := range []struct {
		fstype, option, controller string
		read                       func(dir string) (float64, string, error)
	}{
		{"cgroup", "memory", "memory", cgroupV1},
		{"cgroup2", "", "", cgroupV2},
	} {
		dir, _, err := cgroupDir(proc, pid, version.fstype, version.option, version.controller)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, "", err
		}
		return version.read(dir)
	}
	return 0, "", fmt.Errorf("no memory control group of process %s is mounted", pid)
}

// unlimited is what v1 shows for no limit: the largest number of pages, in bytes.
const unlimited = 1 << 62

// cgroupV1 reads kmem.tcp, which counts only from the first limit on (kernel, Documentation/admin-guide/cgroup-v1/memory.rst).
func cgroupV1(dir string) (float64, string, error) {
	file := filepath.Join(dir, "memory.kmem.tcp.usage_in_bytes")
	used, err := number(file)
	if err != nil {
		return 0, "", err
	}
	limit, err := number(filepath.Join(dir, "memory.kmem.tcp.limit_in_bytes"))
	if err != nil {
		return 0, "", err
	}
	if used == 0 && limit >= unlimited {
		return 0, "", errors.New("v1 counts only once memory.kmem.tcp.limit_in_bytes was written")
	}
	return float64(used), file, nil
}

// cgroupV2 reads the line sock of memory.stat (kernel, Documentation/admin-guide/cgroup-v2.rst).
func cgroupV2(dir string) (float64, string, error) {
	file := filepath.Join(dir, "memory.stat")
	v, found, err := fieldSum(file, "sock")
	if err == nil && found == 0 {
		err = fmt.Errorf("no line sock in %s", file)
	}
	return v, file, err
}

// cgroupDir finds the folder of a process's group: its path in /proc/PID/cgroup (cgroups(7)), below the mount point that
// mountinfo (proc(5)) has for it here, where the path was read too. The error is fs.ErrNotExist where nothing is mounted.
func cgroupDir(proc, pid, fstype, option, controller string) (dir, mount string, err error) {
	p, err := processOf(proc, pid)
	if err != nil {
		return "", "", err
	}
	groups, err := p.Cgroups()
	if err != nil {
		return "", "", err
	}
	of := slices.IndexFunc(groups, func(g procfs.Cgroup) bool {
		return controller == "" && len(g.Controllers) == 0 || slices.Contains(g.Controllers, controller)
	})
	all, err := procfs.NewFS(proc)
	if err != nil {
		return "", "", err
	}
	mounts, err := all.GetMounts()
	if err != nil {
		return "", "", err
	}
	for _, m := range mounts {
		if _, has := m.SuperOptions[option]; of < 0 || m.FSType != fstype || option != "" && !has {
			continue
		}
		if below, ok := strings.CutPrefix(groups[of].Path, strings.TrimSuffix(m.Root, "/")); ok {
			return filepath.Join(m.MountPoint, below), m.MountPoint, nil
		}
	}
	return "", "", fmt.Errorf("no %s of process %s: %w", fstype, pid, fs.ErrNotExist)
}

// processOf finds a process by its number, or this one as self.
func processOf(proc, pid string) (procfs.Proc, error) {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return procfs.Proc{}, err
	}
	if pid == "self" {
		return of.Self()
	}
	number, err := strconv.Atoi(pid)
	if err != nil {
		return procfs.Proc{}, err
	}
	return of.Proc(number)
}
