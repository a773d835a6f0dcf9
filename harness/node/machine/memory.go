package machine

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// What a run may need, generously. The dearest lane on TCP holds 27 KiB a connection, the kernel 4 KiB for each of its ends,
// and an agent without epoll 6 KiB: 41 KiB, and traffic adds some. A QUIC connection took 119 KiB of the server and 124 KiB of
// the agent, of 5 000 in November 2026, and more while they opened.
const (
	memoryPerConnection = 64 << 10
	memoryOfQUIC        = 384 << 10 // per connection
	memoryOfProcesses   = 256 << 20 // conductor, server and agent before there are connections
)

// Memory says whether so many connections, on TCP or QUIC, may need more memory than is available.
func Memory(proc string, connections int, quic bool) (Finding, error) {
	f := Finding{Name: "memory"}
	info, err := pairs(filepath.Join(proc, "meminfo"))
	if err != nil {
		return f, err
	}
	each := memoryPerConnection
	if quic {
		each = memoryOfQUIC
	}
	need, available, where := float64(memoryOfProcesses+each*connections), info["MemAvailable"], ""
	group := probe.ReadGroup(proc, "self")
	limited := group.Memory > 0 && group.Left < available
	if limited {
		available, where = group.Left, " in the control group"
	}
	f.Reading = fmt.Sprintf("%.1f GiB available%s, %d connections may need %.1f GiB", available/(1<<30), where, connections, need/(1<<30))
	switch {
	case available >= need:
	case limited:
		f.Advice = "the kernel would end a process: raise the group's limit (docker --memory, limits.memory, MemoryMax=), or open fewer connections"
	default:
		f.Advice = "the kernel would swap, or end a process: end what holds it, or open fewer connections"
	}
	return f, nil
}

// pairs reads proc/meminfo (proc_meminfo(5)), in bytes.
func pairs(path string) (map[string]float64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	values := map[string]float64{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		number, kB := strings.CutSuffix(strings.TrimSpace(rest), " kB")
		if v, err := strconv.ParseFloat(number, 64); err == nil && kB {
			values[name] = v * 1024
		}
	}
	return values, lines.Err()
}
