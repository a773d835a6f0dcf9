package probe

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Listeners are the processes of this machine that listen at an address: their sockets are in proc/net/tcp and tcp6
// (proc_pid_net(5)), and have a number that is in the names of their descriptors.
func Listeners(proc string, address netip.AddrPort) (pids []int, err error) {
	numbers := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		if err := listening(filepath.Join(proc, "net", table), address.Port(), numbers); err != nil {
			return nil, err
		}
	}
	links, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "fd", "*"))
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		what, err := os.Readlink(link)
		if err != nil || !numbers[strings.TrimSuffix(strings.TrimPrefix(what, "socket:["), "]")] {
			continue // closed, not a socket, or another one
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(link))))
		if err == nil && !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	if len(pids) == 0 {
		return nil, fmt.Errorf("no process we may look at listens on %s", address)
	}
	slices.Sort(pids)
	return pids, nil
}

// listening collects the numbers of sockets that listen on a port, at whichever address.
func listening(path string, port uint16, numbers map[string]bool) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a kernel without IPv6
	}
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	const local, state, inode, listen = 1, 3, 9, "0A"
	suffix := fmt.Sprintf(":%04X", port)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) > inode && fields[state] == listen && strings.HasSuffix(fields[local], suffix) {
			numbers[fields[inode]] = true
		}
	}
	return lines.Err()
}
