package machine

import (
	"errors"
	"fmt"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/harness/node/probe"
)

// What a run may need, generously. The most expensive lane on TCP holds 27 KiB a connection, the kernel 4 KiB for each of its ends,
// and an agent without epoll 6 KiB: 41 KiB, and traffic adds some. A QUIC connection took 119 KiB of the server and 124 KiB of
// the agent, of 5 000 in November 2026, and more while they opened.
const (
	memoryPerConnection = 64 << 10
	memoryOfQUIC        = 384 << 10 // per connection
	memoryOfProcesses   = 256 << 20 // coordinator, server and agent before there are connections
)

// Memory warns when so many connections, on TCP or QUIC, may need more memory than is available.
func Memory(proc string, connections int, quic bool) (Finding, error) {
	f := Finding{Name: "memory"}
	info, err := readMeminfo(proc)
	if err != nil {
		return f, err
	}
	if info.MemAvailableBytes == nil {
		return f, errors.New("no MemAvailable in " + proc + "/meminfo: it came with Linux 3.14")
	}
	each := memoryPerConnection
	if quic {
		each = memoryOfQUIC
	}
	need, available, where := float64(memoryOfProcesses+each*connections), float64(*info.MemAvailableBytes), ""
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

func readMeminfo(proc string) (procfs.Meminfo, error) {
	of, err := procfs.NewFS(proc)
	if err != nil {
		return procfs.Meminfo{}, err
	}
	return of.Meminfo()
}
