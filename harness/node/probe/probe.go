// Package probe reads what the server process costs, from outside or from its control API, never from the coordinator's own
// state: the server may live on another machine one day, and its probes with it.
//
// It is between a trial, which decides when to read, and samples.csv. To add a metric: write its file, add the row.
package probe

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/pushbench/pushbench/internal/wire"
)

// Server is what a probe may look at.
type Server struct {
	Proc    string                                    // the machine's proc file system, /proc
	Sys     string                                    // and its sys file system, /sys
	PID     int                                       // 0: unknown, and figures of processes are missing
	Others  []int                                     // processes that belong to it: figures of processes are sums over all
	Address netip.AddrPort                            // its subscribers connect to; none: its sockets cannot be distinguished
	UDP     bool                                      // of the address: one socket serves all subscribers
	Stats   func(context.Context) (wire.Stats, error) // from the control API; nil: the server is not ours and has none
	Link    func(context.Context) (wire.Stats, error) // as Stats, of a process that is a link; nil: it is none
	Clients int                                       // process in whose network namespace the clients are; 0: in this process's
}

// PIDs are all processes of the server.
func (s Server) PIDs() []int {
	if s.PID == 0 {
		return nil
	}
	return append([]int{s.PID}, s.Others...)
}

// Reading is one value. A counter only grows; a trial records its growth over a phase instead of its value.
type Reading struct {
	Metric  string
	Unit    string
	Value   float64
	Counter bool
}

// Probe reads one family of metrics.
type Probe struct {
	Name  string // the source column of samples.csv
	Read  func(context.Context, Server) ([]Reading, error)
	Host  bool // reads what all processes do to the machine, and is asked once
	Once  bool // reads what is the same for all processes of a lane: the first is asked
	Level bool // reads what changes with connections and with no garbage collection: at a level alone, as it takes long
}

// Probes is the table of probes. CPU is first, and the machine's and its quota's next to it, as they are compared: a phase opens by
// reading the table upwards and closes by reading it downwards, so that the other probes' own cost falls outside. Memory
// of process and machine come next, before the expensive ones use some; sockets, the most expensive, are last.
func Probes() []Probe {
	return []Probe{
		{Name: "schedstat", Read: schedstat},
		{Name: "machine", Read: Machine, Host: true},
		{Name: "throttling", Read: throttling, Once: true},
		{Name: "switches", Read: switches},
		{Name: "io", Read: inputOutput},
		{Name: "process", Read: process},
		{Name: "smaps", Read: proportional},
		{Name: "meminfo", Read: meminfo, Host: true},
		{Name: "descriptors", Read: descriptors},
		{Name: "sockstat", Read: sockstat, Host: true},
		{Name: "runtime", Read: goRuntime},
		{Name: "hub", Read: hubCounters},
		{Name: "link", Read: linkCounters},
		{Name: "cgroup", Read: cgroup, Host: true},
		{Name: "sockets", Read: sockets, Level: true},
		{Name: "sockets", Read: sharedSocket}, // of UDP, which counts what it drops
		{Name: "gosettings", Read: goSettings, Once: true, Level: true},
		{Name: "sockopts", Read: sockopts, Once: true, Level: true},
	}
}

// Sourced is a reading with the probe it comes from.
type Sourced struct {
	Source string
	Reading
}

// Of reads the probe of one process, or of the host.
func (p Probe) Of(ctx context.Context, s Server) ([]Sourced, error) {
	readings, err := p.Read(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("probe %s of process %d: %w", p.Name, s.PID, err)
	}
	sourced := make([]Sourced, len(readings))
	for i, r := range readings {
		sourced[i] = Sourced{Source: p.Name, Reading: r}
	}
	return sourced, nil
}

func gauge(metric, unit string, value float64) Reading {
	return Reading{Metric: metric, Unit: unit, Value: value}
}

func counter(metric, unit string, value float64) Reading {
	return Reading{Metric: metric, Unit: unit, Value: value, Counter: true}
}

// CPUSeconds sums the time on CPU of a process's threads in ns resolution.
func CPUSeconds(proc string, pid int) (float64, error) {
	onCPU, _, err := timeOnCPU(Server{Proc: proc, PID: pid})
	return onCPU, err
}

// Resident returns the resident memory of a process in bytes.
func Resident(proc string, pid int) (float64, error) {
	r, err := process(context.Background(), Server{Proc: proc, PID: pid})
	if err != nil {
		return 0, err
	}
	return r[0].Value, nil
}
