package probe

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/prometheus/procfs"

	"github.com/pushbench/pushbench/results"
)

// sockstat reads the machine's TCP sockets and the memory of their queues from net/sockstat. On loopback both ends of
// each connection are in it, and every other process's; the layer that is the server's alone comes from elsewhere.
func sockstat(_ context.Context, s Server) ([]Reading, error) {
	if s.PID == 0 {
		return nil, nil
	}
	of, err := procfs.NewFS(filepath.Join(s.Proc, strconv.Itoa(s.PID))) // its network namespace
	if err != nil {
		return nil, err
	}
	stat, err := of.NetSockstat()
	if err != nil {
		return nil, err
	}
	for _, p := range stat.Protocols {
		if p.Protocol == "TCP" && p.Alloc != nil && p.TW != nil && p.Mem != nil {
			return []Reading{
				gauge("tcp_sockets", results.Count, float64(*p.Alloc)),
				gauge("tcp_time_wait", results.Count, float64(*p.TW)),
				gauge("tcp_memory", results.Bytes, float64(*p.Mem*os.Getpagesize())),
			}, nil
		}
	}
	return nil, fmt.Errorf("net/sockstat of process %d has no figures of TCP", s.PID)
}
