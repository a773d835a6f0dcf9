// Package probe reads what the server process costs, from outside or from its control API, never from the conductor's own
// state: the server may live on another machine one day, and its probes with it.
//
// It stands between a trial, which decides when to read, and samples.csv. To add a metric: write its file, add the row.
package probe

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/pushbench/pushbench/internal/wire"
)

// Server is what a probe may look at.
type Server struct {
	Proc    string                                    // the machine's proc file system, /proc
	Sys     string                                    // and its sys file system, /sys
	PID     int                                       // 0: it is not known, and what processes say is missing
	Others  []int                                     // processes that belong to it: figures of processes are sums over all
	Address netip.AddrPort                            // its subscribers connect to; none: its sockets cannot be told from others
	UDP     bool                                      // of the address: one socket serves all subscribers
	Stats   func(context.Context) (wire.Stats, error) // from the control API; nil: the server is not ours and has none
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
	Name string // the source column of samples.csv
	Read func(context.Context, Server) ([]Reading, error)
	Once bool // reads what is the same for all processes of a lane: of the whole machine, or how they are set
	Set  bool // reads how the process is set, not what it costs: only Standing does
}

// Probes is the table of probes. CPU stands first, and the machine's and its quota's next to it, as they are compared: a phase opens by
// reading the table upwards and closes by reading it downwards, so that the other probes' own cost falls outside. Memory
// of process and machine come next, before the dear ones use some; sockets, the dearest, are last.
func Probes() []Probe {
	return []Probe{
		{Name: "schedstat", Read: schedstat},
		{Name: "machine", Read: Machine, Once: true},
		{Name: "throttling", Read: throttling, Once: true},
		{Name: "switches", Read: switches},
		{Name: "io", Read: inputOutput},
		{Name: "process", Read: process},
		{Name: "smaps", Read: proportional},
		{Name: "meminfo", Read: meminfo, Once: true},
		{Name: "descriptors", Read: descriptors},
		{Name: "sockstat", Read: sockstat, Once: true},
		{Name: "runtime", Read: goRuntime},
		{Name: "hub", Read: hubCounters},
		{Name: "cgroup", Read: cgroup, Once: true},
		{Name: "sockets", Read: sockets},
		{Name: "gosettings", Read: goSettings, Once: true, Set: true},
		{Name: "sockopts", Read: sockopts, Once: true, Set: true},
	}
}

// Sourced is a reading with the probe it comes from.
type Sourced struct {
	Source string
	Reading
}

// Opening reads every probe of a cost for the begin of a phase. Where a lane has several processes, a reading is their sum.
func Opening(ctx context.Context, servers []Server) ([]Sourced, error) {
	table := Probes()
	slices.Reverse(table)
	var all []Sourced
	for _, p := range table {
		if p.Set {
			continue
		}
		readings, err := p.sum(ctx, servers)
		if err != nil {
			return nil, err
		}
		all = append(readings, all...)
	}
	return all, nil
}

// Closing reads the same for the end of a phase.
func Closing(ctx context.Context, servers []Server) ([]Sourced, error) {
	return down(ctx, servers, func(p Probe) bool { return !p.Set })
}

// Standing reads every probe while nothing happens: how the processes are set, too.
func Standing(ctx context.Context, servers []Server) ([]Sourced, error) {
	return down(ctx, servers, func(Probe) bool { return true })
}

// down reads the wanted probes of the table downwards.
func down(ctx context.Context, servers []Server, wanted func(Probe) bool) ([]Sourced, error) {
	var all []Sourced
	for _, p := range Probes() {
		if !wanted(p) {
			continue
		}
		readings, err := p.sum(ctx, servers)
		if err != nil {
			return nil, err
		}
		all = append(all, readings...)
	}
	return all, nil
}

// sum reads one probe of every process. All of them run the same code, and so have the same readings in the same order.
func (p Probe) sum(ctx context.Context, servers []Server) (total []Sourced, err error) {
	if p.Once {
		servers = servers[:min(1, len(servers))]
	}
	for _, s := range servers {
		readings, err := p.read(ctx, s)
		switch {
		case err != nil:
			return nil, err
		case total == nil:
			total = readings
		case len(readings) != len(total):
			return nil, fmt.Errorf("probe %s: %d readings of process %d, %d of the first", p.Name, len(readings), s.PID, len(total))
		default:
			for i, r := range readings {
				total[i].Value += r.Value
			}
		}
	}
	return total, nil
}

func (p Probe) read(ctx context.Context, s Server) ([]Sourced, error) {
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

// Phase returns what a phase's end says: gauges as they are, counters as their growth since the begin.
func Phase(opening, closing []Sourced) []Sourced {
	begin := make(map[[2]string]float64, len(opening))
	for _, r := range opening {
		begin[[2]string{r.Source, r.Metric}] = r.Value
	}
	grown := make([]Sourced, len(closing))
	for i, r := range closing {
		if r.Counter {
			r.Value -= begin[[2]string{r.Source, r.Metric}]
		}
		grown[i] = r
	}
	return grown
}

// Uncounted is a phase without the counters of processes: some have ended in it, and what they had counted with them.
func Uncounted(grown []Sourced) []Sourced {
	ofProcesses := map[string]bool{}
	for _, p := range Probes() {
		ofProcesses[p.Name] = !p.Once
	}
	return slices.DeleteFunc(grown, func(r Sourced) bool { return r.Counter && ofProcesses[r.Source] })
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

// Descriptors returns how many files a process has open.
func Descriptors(proc string, pid int) (float64, error) {
	r, err := descriptors(context.Background(), Server{Proc: proc, PID: pid})
	if err != nil {
		return 0, err
	}
	return r[0].Value, nil
}

// Resident returns the resident memory of a process in bytes.
func Resident(proc string, pid int) (float64, error) {
	r, err := process(context.Background(), Server{Proc: proc, PID: pid})
	if err != nil {
		return 0, err
	}
	return r[0].Value, nil
}
