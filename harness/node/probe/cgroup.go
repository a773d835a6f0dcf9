package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/results"
)

// cgroup reads what the server's control group is charged for TCP buffers. Agents and conductor are its children, so that
// both ends of a connection on loopback are in it, and whatever else runs in the group. No row where the group does not
// count: Accounting says why.
func cgroup(_ context.Context, s Server) ([]Reading, error) {
	v, _, err := cgroupSockets(s.Proc, strconv.Itoa(s.PID))
	if err != nil {
		return nil, nil //nolint:nilerr // many systems have none: Accounting says so
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
	groups, err := os.ReadFile(filepath.Join(proc, pid, "cgroup"))
	if err != nil {
		return "", "", err
	}
	path, found := "", false
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) == 3 && listed(fields[1], controller) {
			path, found = fields[2], true
		}
	}
	mounts, err := os.Open(filepath.Join(proc, "self", "mountinfo"))
	if errors.Is(err, fs.ErrNotExist) {
		mounts, err = os.Open(filepath.Join(proc, pid, "mountinfo"))
	}
	if err != nil {
		return "", "", err
	}
	defer mounts.Close() //nolint:errcheck // only read
	for lines := bufio.NewScanner(mounts); found && lines.Scan(); {
		place, filesystem, ok := strings.Cut(lines.Text(), " - ")
		m, kind := strings.Fields(place), strings.Fields(filesystem)
		if !ok || len(m) < 5 || len(kind) < 3 || kind[0] != fstype || option != "" && !listed(kind[2], option) {
			continue
		}
		if below, ok := strings.CutPrefix(path, strings.TrimSuffix(m[3], "/")); ok {
			return filepath.Join(m[4], below), m[4], nil
		}
	}
	return "", "", fmt.Errorf("no %s of process %s: %w", fstype, pid, fs.ErrNotExist)
}

// listed tells whether a list with commas has a word; the empty word stands for the empty list.
func listed(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}
